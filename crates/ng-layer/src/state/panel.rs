//! Side panels.

use crate::document::{Field, Located, document, wrong};
use crate::error::Result;
use crate::field::words;
use crate::json::{Object, Value};

words! {
    /// Where a side panel stands.
    Side, "\"left\", \"right\", \"top\" or \"bottom\"" {
        /// On the left.
        Left = "left",
        /// On the right.
        Right = "right",
        /// Above.
        Top = "top",
        /// Below.
        Bottom = "bottom",
    }
}

macro_rules! panel {
    ( $(#[$meta:meta])* $name:ident { $($own:tt)* } ) => {
        document! {
            $(#[$meta])*
            $name {
                $($own)*
                /// Whether it is open.
                "visible" => visible, with_visible: bool;
                /// The side of the window; right where it is absent.
                "side" => side, with_side: Side;
                /// Its size in pixels; 300 where it is absent.
                "size" => size, with_size: f64;
                /// Its share among the panels of its side.
                "flex" => flex, with_flex: f64;
                /// Its row on its side.
                "row" => row, with_row: u32;
                /// Its column on its side.
                "col" => col, with_col: u32;
            }
        }

        impl Default for $name {
            fn default() -> Self {
                Self { object: Object::new() }
            }
        }

        impl Field for $name {
            const EXPECTED: &'static str = "the place of a side panel: an object";

            fn read(value: &Value) -> Result<Self> {
                let object = value.as_object().cloned().ok_or_else(|| wrong::<Self>(value))?;
                Ok(Self { object })
            }

            fn write(&self) -> Result<Value> {
                Ok(Value::Object(self.object.clone()))
            }

            fn look(&self, at: &str, errors: &mut Vec<Located>) {
                $name::look(self, at, errors);
            }
        }
    };
}

panel! {
    /// The place of a side panel.
    SidePanel {}
}

panel! {
    /// The layer whose side panel is open.
    SelectedLayer {
        /// Its name; an unknown one closes the panel.
        "layer" => layer, with_layer: String;
    }
}
