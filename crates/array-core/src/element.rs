//! The Rust types behind [`DType`], and the macros that enter generic code once per call.

use std::fmt;

use ndarray::{ArrayD, ArrayViewD, ArrayViewMutD};

use crate::{Block, BlockMut, BlockRef, DType, FillValue};

mod private {
    pub trait Sealed {}
}

/// A Rust type that voxels can have. Sealed: the eleven types of [`DType`] are all there are.
pub trait Element:
    private::Sealed + Copy + Default + PartialEq + PartialOrd + fmt::Debug + fmt::Display + Send + Sync + 'static
{
    /// The run-time name of this type.
    const DTYPE: DType;

    /// Wraps an owned array.
    fn wrap(array: ArrayD<Self>) -> Block;
    /// The array of a block of this type; any other block is given back.
    ///
    /// # Errors
    /// The block itself, unchanged, when it holds another type.
    fn unwrap(block: Block) -> Result<ArrayD<Self>, Block>;
    /// Wraps a borrowed array.
    fn wrap_ref(view: ArrayViewD<'_, Self>) -> BlockRef<'_>;
    /// The view of a borrowed block of this type.
    fn unwrap_ref(block: BlockRef<'_>) -> Option<ArrayViewD<'_, Self>>;
    /// Wraps a destination.
    fn wrap_mut(view: ArrayViewMutD<'_, Self>) -> BlockMut<'_>;
    /// The view of a destination of this type.
    fn unwrap_mut(block: BlockMut<'_>) -> Option<ArrayViewMutD<'_, Self>>;
    /// The fill value as this type, if the type holds it exactly.
    fn from_fill(value: FillValue) -> Option<Self>;
    /// Appends the little-endian bytes.
    fn put_le(self, bytes: &mut Vec<u8>);
    /// Reads the value from exactly [`DType::size`] little-endian bytes; `None` for other lengths and for a bool that is
    /// neither 0 nor 1.
    fn from_le(bytes: &[u8]) -> Option<Self>;
}

macro_rules! element {
    ($($T:ident $Variant:ident $from_fill:expr;)*) => {$(
        impl private::Sealed for $T {}

        impl Element for $T {
            const DTYPE: DType = DType::$Variant;

            fn wrap(array: ArrayD<Self>) -> Block {
                Block::$Variant(array)
            }
            fn unwrap(block: Block) -> Result<ArrayD<Self>, Block> {
                match block {
                    Block::$Variant(array) => Ok(array),
                    other => Err(other),
                }
            }
            fn wrap_ref(view: ArrayViewD<'_, Self>) -> BlockRef<'_> {
                BlockRef::$Variant(view)
            }
            fn unwrap_ref(block: BlockRef<'_>) -> Option<ArrayViewD<'_, Self>> {
                match block {
                    BlockRef::$Variant(view) => Some(view),
                    _ => None,
                }
            }
            fn wrap_mut(view: ArrayViewMutD<'_, Self>) -> BlockMut<'_> {
                BlockMut::$Variant(view)
            }
            fn unwrap_mut(block: BlockMut<'_>) -> Option<ArrayViewMutD<'_, Self>> {
                match block {
                    BlockMut::$Variant(view) => Some(view),
                    _ => None,
                }
            }
            fn from_fill(value: FillValue) -> Option<Self> {
                let convert: fn(FillValue) -> Option<Self> = $from_fill;
                convert(value)
            }
            fn put_le(self, bytes: &mut Vec<u8>) {
                element!(@put $Variant self bytes);
            }
            fn from_le(bytes: &[u8]) -> Option<Self> {
                element!(@get $Variant $T bytes)
            }
        }
    )*};
    (@put Bool $value:ident $bytes:ident) => { $bytes.push(u8::from($value)) };
    (@put $Variant:ident $value:ident $bytes:ident) => { $bytes.extend_from_slice(&$value.to_le_bytes()) };
    (@get Bool $T:ident $bytes:ident) => {
        match $bytes {
            [0] => Some(false),
            [1] => Some(true),
            _ => None,
        }
    };
    (@get $Variant:ident $T:ident $bytes:ident) => { $bytes.try_into().ok().map($T::from_le_bytes) };
}

element! {
    bool Bool |v| match v.as_integer()? { 0 => Some(false), 1 => Some(true), _ => None };
    u8 U8 |v| v.as_integer()?.try_into().ok();
    u16 U16 |v| v.as_integer()?.try_into().ok();
    u32 U32 |v| v.as_integer()?.try_into().ok();
    u64 U64 |v| v.as_integer()?.try_into().ok();
    i8 I8 |v| v.as_integer()?.try_into().ok();
    i16 I16 |v| v.as_integer()?.try_into().ok();
    i32 I32 |v| v.as_integer()?.try_into().ok();
    i64 I64 |v| v.as_integer()?.try_into().ok();
    f32 F32 |v| v.as_f32();
    f64 F64 |v| v.as_f64();
}

/// Evaluates an expression with `$T` standing for the Rust type of a [`DType`](crate::DType).
///
/// ```
/// use array_core::{with_dtype, DType};
/// let bytes = with_dtype!(DType::U64, T => std::mem::size_of::<T>());
/// assert_eq!(bytes, 8);
/// ```
#[macro_export]
macro_rules! with_dtype {
    ($dtype:expr, $T:ident => $body:expr) => {
        $crate::with_dtype!(@arms $dtype, $T, $body; Bool bool, U8 u8, U16 u16, U32 u32, U64 u64,
            I8 i8, I16 i16, I32 i32, I64 i64, F32 f32, F64 f64)
    };
    (@arms $dtype:expr, $T:ident, $body:expr; $($Variant:ident $type:ident),*) => {
        match $dtype {
            $($crate::DType::$Variant => {
                #[allow(dead_code, reason = "an expression may not need the type")]
                type $T = $type;
                $body
            })*
        }
    };
}

/// Evaluates an expression with the typed array or view inside a block: `with_block!(BlockMut = out, view => …)`.
///
/// The first word says which of [`Block`](crate::Block), [`BlockRef`](crate::BlockRef) and
/// [`BlockMut`](crate::BlockMut) the value is.
///
/// ```
/// use array_core::{with_block, Block, DType};
/// let block = Block::zeros(DType::U16, &[2, 3])?;
/// assert_eq!(with_block!(Block = &block, array => array.len()), 6);
/// # Ok::<(), array_core::Error>(())
/// ```
#[macro_export]
macro_rules! with_block {
    ($Enum:ident = $block:expr, $view:ident => $body:expr) => {
        $crate::with_block!(@arms $Enum, $block, $view, $body; Bool, U8, U16, U32, U64, I8, I16, I32, I64, F32, F64)
    };
    (@arms $Enum:ident, $block:expr, $view:ident, $body:expr; $($Variant:ident),*) => {
        match $block {
            $($crate::$Enum::$Variant($view) => $body,)*
        }
    };
}
