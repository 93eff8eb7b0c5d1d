//! The matrix of a transform: R rows of R + 1 numbers, the last column the translation, no bottom row.

use crate::document::{Field, unexpected};
use crate::error::{Error, Result};
use crate::json::Value;

/// A matrix of `rank` rows and `rank + 1` columns, row by row; the last column is the translation in output voxels.
#[derive(Clone, Debug, PartialEq)]
pub struct Matrix {
    rank: usize,
    entries: Vec<f64>,
}

impl Matrix {
    /// Each output takes the source dimension of the same position, without translation.
    pub fn identity(rank: usize) -> Self {
        Self::from_fn(rank, |row, column| if row == column { 1.0 } else { 0.0 })
    }

    /// Row `i` takes column `order[i]`.
    ///
    /// # Errors
    /// [`Error::Permutation`] unless each of `0..order.len()` is there once.
    pub fn permutation(order: &[usize]) -> Result<Self> {
        let rank = order.len();
        if !(0..rank).all(|dim| order.contains(&dim)) {
            return Err(Error::Permutation { order: order.to_vec(), rank });
        }
        Ok(Self::from_fn(rank, |row, column| if order[row] == column { 1.0 } else { 0.0 }))
    }

    /// A matrix from its rows.
    ///
    /// # Errors
    /// [`Error::Rank`] for a row that does not have one number more than there are rows, [`Error::Value`] for a number
    /// that is not finite.
    pub fn from_rows(rows: &[Vec<f64>]) -> Result<Self> {
        let rank = rows.len();
        if let Some(row) = rows.iter().find(|row| row.len() != rank + 1) {
            return Err(Error::Rank { what: "a row of the matrix", found: row.len(), rank, expected: rank + 1 });
        }
        let entries = rows.concat();
        entries.iter().try_for_each(|entry| entry.write().map(drop))?;
        Ok(Self { rank, entries })
    }

    /// The same with a translation, in output voxels, one per row.
    ///
    /// # Errors
    /// [`Error::Rank`] unless there is one per row.
    pub fn translated(mut self, translation: &[f64]) -> Result<Self> {
        let rank = self.rank;
        if translation.len() != rank {
            return Err(Error::Rank { what: "the translation", found: translation.len(), rank, expected: rank });
        }
        for (row, value) in translation.iter().enumerate() {
            self.entries[row * (rank + 1) + rank] = *value;
        }
        Ok(self)
    }

    fn from_fn(rank: usize, entry: impl Fn(usize, usize) -> f64) -> Self {
        let entries = (0..rank).flat_map(|row| (0..=rank).map(move |column| (row, column)));
        Self { rank, entries: entries.map(|(row, column)| entry(row, column)).collect() }
    }

    /// Number of rows.
    pub fn rank(&self) -> usize {
        self.rank
    }

    /// One entry; column `rank` is the translation.
    ///
    /// # Panics
    /// If there is no such row or column.
    pub fn get(&self, row: usize, column: usize) -> f64 {
        assert!(row < self.rank && column <= self.rank, "row {row}, column {column} of a matrix of rank {}", self.rank);
        self.entries[row * (self.rank + 1) + column]
    }

    /// The rows.
    pub fn rows(&self) -> impl ExactSizeIterator<Item = &[f64]> {
        self.entries.chunks_exact(self.rank + 1)
    }

    /// Whether it moves nothing.
    pub fn is_identity(&self) -> bool {
        *self == Self::identity(self.rank)
    }

    /// Reads the matrix of a transform of known rank.
    pub(super) fn read(value: &Value, rank: usize) -> Result<Self> {
        let rows = Vec::<Value>::read(value)?;
        if rows.len() != rank {
            return Err(unexpected(
                value,
                format!("a list of {rank} rows, one per output dimension and no bottom row"),
            ));
        }
        let read = |(index, row): (usize, &Value)| {
            let numbers = Vec::<f64>::read(row).map_err(|error| error.at_index(index))?;
            if numbers.len() == rank + 1 {
                return Ok(numbers);
            }
            let rule = format!("{} numbers, the last one the translation", rank + 1);
            Err(unexpected(row, rule).at_index(index))
        };
        Self::from_rows(&rows.iter().enumerate().map(read).collect::<Result<Vec<_>>>()?)
    }

    /// The rows as JSON.
    pub(super) fn write(&self) -> Result<Value> {
        self.rows().map(<[f64]>::to_vec).collect::<Vec<_>>().write()
    }
}
