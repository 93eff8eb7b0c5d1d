//! The page of the viewer: what it is told to show, what it paints, and what it knows.

use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use facade::ng_layer::ViewerState;
use serde_json::{Value, json};

use super::Result;
use super::driver::Driver;
use super::network::Network;

/// How long a picture may take to be complete.
const PATIENCE: Duration = Duration::from_mins(2);

/// How long the viewer may take to turn to the state of its address, before it is told again.
const TURNING: Duration = Duration::from_secs(3);

/// Whether the state of this title has been taken.
const TAKEN: &str = "return window.viewer !== undefined && viewer.title.value === arguments[0]";

/// Whether the state of this title is shown, with every chunk that it needs: asked after two more frames.
const COMPLETE: &str = "
const [title, done] = arguments;
if (window.viewer === undefined) { done(false); return; }
const shown = () => (viewer.title.value ?? '') === title && viewer.layerManager.managedLayers.length > 0 && viewer.isReady();
if (!shown()) { done(false); return; }
viewer.display.draw();
requestAnimationFrame(() => requestAnimationFrame(() => done(shown())));
";

/// Where the one cross-section is, in pixels of the window. Buttons and letters over it are hidden.
const PANEL: &str = "
const panels = [...viewer.display.panels].filter(panel => panel.sliceView !== undefined);
if (panels.length !== 1) throw new Error(`${panels.length} cross-sections`);
const [panel] = panels, canvas = viewer.display.canvas, at = canvas.getBoundingClientRect();
if (canvas.width !== at.width || canvas.height !== at.height) throw new Error('pixels are scaled');
const overlaid = element => {
  if (element.contains(panel.element) || element.contains(canvas)) return false;
  const {left, right, top, bottom} = element.getBoundingClientRect(), below = panel.element.getBoundingClientRect();
  return left < below.right && right > below.left && top < below.bottom && bottom > below.top;
};
for (const element of document.body.querySelectorAll('*')) if (overlaid(element)) element.style.visibility = 'hidden';
const {width, height, logicalWidth, logicalHeight} = panel.renderViewport;
if (width !== logicalWidth || height !== logicalHeight) throw new Error('the panel is cut off');
return [at.left + panel.canvasRelativeClippedLeft, at.top + panel.canvasRelativeClippedTop, width, height];
";

/// The values at positions in the space of the viewer, as the viewer finds them for the mouse.
const VALUES: &str = "
const [name, positions] = arguments, {layer} = viewer.layerManager.getLayerByName(name);
const nothing = {pickedRenderLayer: null, pickedValue: 0n, pickedOffset: 0};
return positions.map(position => String(layer.getValueAt(Float32Array.from(position), nothing)));
";

/// What the viewer shows for the place below the mouse.
const HOVERED: &str = "
const {layer} = viewer.layerManager.getLayerByName(arguments[0]);
if (!viewer.mouseState.updateUnconditionally()) return null;
const selected = viewer.layerSelectedValues.get(layer);
return selected === undefined || selected.value == null ? null : String(selected.value);
";

/// A rectangle of the window.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Panel {
    pub(super) left: u32,
    pub(super) top: u32,
    pub(super) width: u32,
    pub(super) height: u32,
}

/// A picture of the window, in red, green and blue.
#[derive(Debug)]
pub(super) struct Picture {
    pub(super) png: Vec<u8>,
    width: u32,
    height: u32,
    channels: usize,
    pixels: Vec<u8>,
}

/// A page with the viewer in it.
#[derive(Debug)]
pub(super) struct Page<'a> {
    driver: &'a Driver,
    address: String,
}

impl<'a> Page<'a> {
    /// Follows a link of the server, as a user does.
    pub(super) fn open(driver: &'a Driver, link: &str) -> Result<Self> {
        driver.post("timeouts", &json!({"script": 60_000, "pageLoad": 120_000}))?;
        driver.post("url", &json!({"url": link}))?;
        let address = link.split('#').next().unwrap_or(link).to_owned();
        Ok(Self { driver, address })
    }

    /// Shows a state with a title of its own, by the address as all links do.
    ///
    /// The viewer writes its state into the address now and then. Where it does so between our change of the address and the event
    /// that tells it of the change, ours is lost; so the address is given until it is taken.
    pub(super) fn show(&self, state: &Value) -> Result<()> {
        let title = state["title"].as_str().ok_or("a state needs a title")?;
        let link = state.to_string().parse::<ViewerState>()?.to_url(&self.address)?;
        let start = Instant::now();
        loop {
            self.driver.post("url", &json!({"url": link}))?;
            if self.is_taken(title)? || start.elapsed() > PATIENCE {
                return self.wait(title);
            }
        }
    }

    fn is_taken(&self, title: &str) -> Result<bool> {
        comes_true(TURNING, || Ok(self.run(TAKEN, &json!([title]))? == json!(true)))
    }

    /// Waits until the state of this title is complete on the screen.
    pub(super) fn wait(&self, title: &str) -> Result<()> {
        let ask = || self.driver.post("execute/async", &json!({"script": COMPLETE, "args": [title]}));
        if comes_true(PATIENCE, || Ok(ask()? == json!(true)))? {
            return Ok(());
        }
        let shown = self.run("return JSON.stringify(window.viewer ? viewer.state.toJSON() : null)", &json!([]))?;
        let text = self.run("return document.body.innerText", &json!([]))?;
        Err(format!("'{title}' is not complete after {PATIENCE:?}; the page shows {shown} and says {text}").into())
    }

    /// Waits until the link is complete on the screen, whatever its title.
    pub(super) fn wait_for_any(&self) -> Result<()> {
        self.wait("")
    }

    fn run(&self, script: &str, args: &Value) -> Result<Value> {
        self.driver.post("execute/sync", &json!({"script": script, "args": args}))
    }

    pub(super) fn panel(&self) -> Result<Panel> {
        let numbers = self.run(PANEL, &json!([]))?;
        let number = |index: usize| -> Result<u32> {
            let number = numbers[index].as_f64().filter(|number| number.fract() == 0.0 && *number >= 0.0);
            Ok(number.ok_or_else(|| format!("the panel lies at {numbers}, which is no place in pixels"))? as u32)
        };
        Ok(Panel { left: number(0)?, top: number(1)?, width: number(2)?, height: number(3)? })
    }

    /// The values of a layer at positions in x, y, z order.
    pub(super) fn values(&self, layer: &str, positions_xyz: &[[f64; 3]]) -> Result<Vec<String>> {
        let values = self.run(VALUES, &json!([layer, positions_xyz]))?;
        Ok(serde_json::from_value(values)?)
    }

    /// Moves the mouse to a pixel of the window, and asks what is there.
    pub(super) fn hover(&self, layer: &str, [left, top]: [u32; 2]) -> Result<Option<String>> {
        let to = json!({"type": "pointerMove", "duration": 0, "x": left, "y": top, "origin": "viewport"});
        let mouse = json!({"type": "pointer", "id": "mouse", "parameters": {"pointerType": "mouse"}, "actions": [to]});
        self.driver.post("actions", &json!({"actions": [mouse]}))?;
        let start = Instant::now();
        loop {
            let value = self.run(HOVERED, &json!([layer]))?;
            if !value.is_null() || start.elapsed() > PATIENCE / 4 {
                return Ok(value.as_str().map(str::to_owned));
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    pub(super) fn picture(&self) -> Result<Picture> {
        let coded = self.driver.get("screenshot")?;
        Picture::of(STANDARD.decode(coded.as_str().ok_or("no screenshot")?)?)
    }

    /// Errors that the browser has told on its console, requests of the page that failed, and such that left this machine.
    pub(super) fn complaints(&self) -> Result<Vec<String>> {
        let log = |kind: &str| self.driver.post("se/log", &json!({"type": kind}));
        let console = log("browser")?;
        let console = console.as_array().into_iter().flatten().filter(|entry| entry["level"] == "SEVERE");
        let mut found: Vec<String> = console.map(|entry| format!("console: {}", entry["message"])).collect();
        let mut network = Network::of(&self.address)?;
        for entry in log("performance")?.as_array().into_iter().flatten() {
            let event: Value = serde_json::from_str(entry["message"].as_str().unwrap_or("{}"))?;
            found.extend(network.complaint(&event["message"]));
        }
        Ok(found)
    }
}

/// Whether the answer becomes yes within this time.
fn comes_true(limit: Duration, mut ask: impl FnMut() -> Result<bool>) -> Result<bool> {
    let start = Instant::now();
    while start.elapsed() < limit {
        if ask()? {
            return Ok(true);
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    Ok(false)
}

impl Picture {
    fn of(png: Vec<u8>) -> Result<Self> {
        let mut reader = png::Decoder::new(std::io::Cursor::new(&png)).read_info()?;
        let mut pixels = vec![0; reader.output_buffer_size().ok_or("a picture too large for memory")?];
        let frame = reader.next_frame(&mut pixels)?;
        if frame.bit_depth != png::BitDepth::Eight || frame.color_type.samples() < 3 {
            return Err(format!("a screenshot of {:?} pixels", frame.color_type).into());
        }
        Ok(Self { width: frame.width, height: frame.height, channels: frame.color_type.samples(), pixels, png })
    }

    /// The colour of a pixel of the window.
    pub(super) fn pixel(&self, left: u32, top: u32) -> [u8; 3] {
        let at = (top as usize * self.width as usize + left as usize) * self.channels;
        [self.pixels[at], self.pixels[at + 1], self.pixels[at + 2]]
    }

    /// All of the window.
    pub(super) fn whole(&self) -> Panel {
        Panel { left: 0, top: 0, width: self.width, height: self.height }
    }

    /// How many colours there are in a part of the window.
    pub(super) fn colors(&self, panel: Panel) -> usize {
        let rows = panel.top..panel.top + panel.height;
        let all = rows.flat_map(|top| (panel.left..panel.left + panel.width).map(move |left| self.pixel(left, top)));
        all.collect::<std::collections::HashSet<_>>().len()
    }
}
