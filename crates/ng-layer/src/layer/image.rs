//! Image layers.

use super::controls::{ControlValue, Invlerp};
use super::{layer, new_object};
use crate::color::Color;
use crate::document::{Field, wrong};
use crate::error::Result;
use crate::field::words;
use crate::json::{Object, Value};
use crate::rules::{fraction, only_channel, positive};
use crate::source::Sources;
use crate::space::CoordinateSpace;

layer! {
    /// A layer that draws values through a shader: `"type": "image"`.
    ImageLayer {
        /// Opacity from 0 to 1; 0.5 where it is absent, but the first layer drawn is opaque unless it is additive.
        "opacity" => opacity, with_opacity: f64, fraction;
        /// How it is laid over the layers below.
        "blend" => blend, with_blend: Blend;
        /// The shader, in GLSL; grey values through the control `normalized` where it is absent.
        "shader" => shader, with_shader: String;
        /// The values of the shader's controls, by name.
        "shaderControls" => shader_controls, with_shader_controls: Object;
        /// Coarseness of the level that is drawn in cross-sections: larger is coarser, 1 where it is absent.
        "crossSectionRenderScale" => cross_section_render_scale, with_cross_section_render_scale: f64, positive;
        /// Dimensions that the shader sees as channels; names end in `^`.
        "channelDimensions" => channel_dimensions, with_channel_dimensions: CoordinateSpace, only_channel;
        /// Volume rendering in the 3-d view; off where it is absent.
        "volumeRendering" => volume_rendering, with_volume_rendering: VolumeRendering;
        /// Gain of the volume rendering; 0 where it is absent.
        "volumeRenderingGain" => volume_rendering_gain, with_volume_rendering_gain: f64;
        /// Samples along a ray; 64 where it is absent.
        "volumeRenderingDepthSamples" => volume_rendering_depth_samples, with_volume_rendering_depth_samples: f64, positive;
        /// Colour of the bounding box.
        "annotationColor" => annotation_color, with_annotation_color: Color;
        /// Whether the shader's text is shown; true where it is absent.
        "codeVisible" => code_visible, with_code_visible: bool;
        /// Whether controls that the shader does not use are hidden; false where it is absent.
        "hideInactiveShaderControls" => hide_inactive_shader_controls, with_hide_inactive_shader_controls: bool;
    }
}

/// The control of the default shader.
const DEFAULT_CONTROL: &str = "normalized";

impl ImageLayer {
    /// The value of `type`.
    pub const TYPE: &'static str = "image";

    /// A layer over a source, drawn with the viewer's defaults.
    ///
    /// # Errors
    /// [`Error::MissingKey`](crate::Error::MissingKey) for an empty name.
    pub fn new(name: &str, source: impl Into<Sources>) -> Result<Self> {
        Ok(Self { object: new_object(Self::TYPE, name, &source.into())? })
    }

    /// A layer from an object whose `type` has been looked at.
    pub(super) fn from_typed(object: Object) -> Self {
        Self { object }
    }

    /// Sets a control of the shader, leaving the others.
    ///
    /// # Errors
    /// [`Error::Value`](crate::Error::Value) if `shaderControls` is there and no object.
    pub fn with_shader_control(self, name: &str, value: impl Into<ControlValue>) -> Result<Self> {
        let mut controls = self.shader_controls()?.unwrap_or_default();
        controls.insert(name.to_owned(), value.into().write()?);
        self.with_shader_controls(controls)
    }

    /// Sets the contrast of the default shader.
    ///
    /// # Errors
    /// [`Error::Value`](crate::Error::Value) if `shaderControls` is there and no object.
    pub fn with_contrast(self, contrast: Invlerp) -> Result<Self> {
        self.with_shader_control(DEFAULT_CONTROL, contrast)
    }

    /// The contrast of the default shader; `None` is the whole range of the data type.
    ///
    /// # Errors
    /// [`Error::Value`](crate::Error::Value) if the control is there and of another kind.
    pub fn contrast(&self) -> Result<Option<Invlerp>> {
        let Some(controls) = self.shader_controls()? else { return Ok(None) };
        let read =
            |control| Invlerp::read(control).map_err(|error| error.within(DEFAULT_CONTROL).within("shaderControls"));
        controls.get(DEFAULT_CONTROL).map(read).transpose()
    }
}

words! {
    /// How a layer is laid over those below.
    Blend, "\"default\" or \"additive\"" {
        /// By its opacity.
        Default = "default",
        /// Added to them.
        Additive = "additive",
    }
}

/// How an image is drawn in the 3-d view.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum VolumeRendering {
    /// Not at all.
    Off,
    /// By opacity along the ray.
    On,
    /// The largest value along the ray.
    Max,
    /// The smallest value along the ray.
    Min,
}

impl Field for VolumeRendering {
    const EXPECTED: &'static str = "true, false, \"off\", \"on\", \"max\" or \"min\"";

    fn read(value: &Value) -> Result<Self> {
        match value {
            Value::Bool(on) => Ok(if *on { Self::On } else { Self::Off }),
            Value::String(word) => match word.as_str() {
                "off" => Ok(Self::Off),
                "on" => Ok(Self::On),
                "max" => Ok(Self::Max),
                "min" => Ok(Self::Min),
                _ => Err(wrong::<Self>(value)),
            },
            _ => Err(wrong::<Self>(value)),
        }
    }

    fn write(&self) -> Result<Value> {
        let word = match self {
            Self::Off => "off",
            Self::On => "on",
            Self::Max => "max",
            Self::Min => "min",
        };
        Ok(word.into())
    }
}
