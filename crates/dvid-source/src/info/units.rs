use array_core::{Coordinate, Length, Provenance, Strictness};

use super::InstanceInfo;
use crate::Result;

/// Voxel size z, y, x in nanometres, and how that is known.
pub(crate) fn voxel_size_nm(info: &InstanceInfo, strictness: Strictness) -> Result<(Coordinate<Length>, Provenance)> {
    let Some(stated) = info.voxel_size()? else {
        return Err(info.bad("`VoxelSize` has not three numbers; give the option voxel_size".to_owned()));
    };
    let units = info.units();
    let factors = units.map(|units| units.map(nanometres_per));
    let Some([Some(z), Some(y), Some(x)]) = factors else {
        let problem = match units {
            Some(units) => format!("`VoxelUnits` {units:?} (z, y, x) are not all known units"),
            None => "`VoxelUnits` has not three units".to_owned(),
        };
        if strictness == Strictness::Strict {
            return Err(info.bad(format!("{problem}; give the option voxel_size, in nanometres")));
        }
        tracing::warn!(instance = info.name(), "{problem}; those are taken as nanometres");
        let [z, y, x] = factors.unwrap_or_default().map(|factor| factor.unwrap_or(Length::ONE));
        return Ok((scale(&stated, [z, y, x])?, Provenance::Assumed(format!("{problem}; taken as nanometres"))));
    };
    Ok((scale(&stated, [z, y, x])?, Provenance::Stated("VoxelSize and VoxelUnits of the info".to_owned())))
}

fn scale(stated: &Coordinate<Length>, nanometres_per: [Length; 3]) -> Result<Coordinate<Length>> {
    Ok(stated.checked_mul(&nanometres_per.into())?)
}

/// Nanometres of a unit; the text is free, so all the usual ways to write one are known.
fn nanometres_per(unit: &str) -> Option<Length> {
    match unit.trim().to_lowercase().as_str() {
        "nanometers" | "nanometer" | "nanometres" | "nanometre" | "nm" => Some(Length::ONE),
        // The micro sign and the Greek letter look the same and are not.
        "micrometers" | "micrometer" | "micrometres" | "micrometre" | "microns" | "micron" | "um" | "\u{b5}m"
        | "\u{3bc}m" => Some(Length::from(1_000)),
        "millimeters" | "millimeter" | "millimetres" | "millimetre" | "mm" => Some(Length::from(1_000_000)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn size(units: &Value, strictness: Strictness) -> Result<(Coordinate<Length>, Provenance)> {
        let base = json!({"TypeName": "uint8blk", "Name": "gray"});
        let extended = json!({"VoxelSize": [0.004, 4, 0.04], "VoxelUnits": units});
        let info = InstanceInfo::parse(json!({"Base": base, "Extended": extended}), "gray")?;
        voxel_size_nm(&info, strictness)
    }

    #[test]
    fn units_are_converted_exactly() {
        let units = json!(["Micrometers", "nm", "\u{b5}m"]);
        let (size, provenance) = size(&units, Strictness::Strict).unwrap();
        assert_eq!(size, [Length::from(40), Length::from(4), Length::from(4)]);
        assert!(matches!(provenance, Provenance::Stated(_)));
    }

    #[test]
    fn unknown_units_are_assumed_or_refused() {
        for units in [json!(["", "furlongs", "nm"]), json!(null), json!(["nm"])] {
            let (size_nm, provenance) = size(&units, Strictness::Lenient).unwrap();
            assert_eq!(size_nm[1], Length::from(4));
            assert!(matches!(provenance, Provenance::Assumed(_)), "{units}");
            assert!(size(&units, Strictness::Strict).unwrap_err().to_string().contains("voxel_size"), "{units}");
        }
    }
}
