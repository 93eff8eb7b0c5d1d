//! Views over arrays that configurations describe.

use std::sync::Arc;

use array_core::{
    Array, ArrayExt, ArrayRef, Binarize, Cast, ChannelPart, ConcatChannels, Constant, Intensities, LogicalOr,
    MapLabels, MapOptions, MergeInstances, Permute, Select, Sum,
};

use super::{open, renamed};
use crate::config::{
    BinarizeConfig, CastConfig, ConcatConfig, ConcatPart, ConstantConfig, IntensitiesConfig, LogicalOrConfig,
    MapLabelsConfig, MergeInstancesConfig, PermuteConfig, SelectConfig, SumConfig,
};
use crate::{ArrayConfig, Result};

pub(super) fn select(config: &SelectConfig) -> Result<ArrayRef> {
    let view = Select::new(open(&config.source)?, &config.channels)?;
    Ok(renamed(Arc::new(view), config.name.as_deref()))
}

pub(super) fn permute(config: &PermuteConfig) -> Result<ArrayRef> {
    let view = Permute::new(open(&config.source)?, &config.order)?;
    Ok(renamed(Arc::new(view), config.name.as_deref()))
}

pub(super) fn cast(config: &CastConfig) -> Result<ArrayRef> {
    let view = Cast::new(open(&config.source)?, config.dtype, config.conversion)?;
    Ok(renamed(Arc::new(view), config.name.as_deref()))
}

pub(super) fn intensities(config: &IntensitiesConfig) -> Result<ArrayRef> {
    let view = Intensities::new(open(&config.source)?, config.min, config.max, config.beyond)?;
    Ok(renamed(Arc::new(view), config.name.as_deref()))
}

pub(super) fn binarize(config: &BinarizeConfig) -> Result<ArrayRef> {
    let view = Binarize::new(open(&config.source)?, &config.groups, config.background)?;
    Ok(renamed(Arc::new(view), config.name.as_deref()))
}

pub(super) fn map_labels(config: &MapLabelsConfig) -> Result<ArrayRef> {
    let options = MapOptions::default().with_unknown(config.unknown);
    let options = config.dtype.map_or(options, |dtype| options.with_dtype(dtype));
    let view = MapLabels::new(open(&config.source)?, &config.table, options)?;
    Ok(renamed(Arc::new(view), config.name.as_deref()))
}

pub(super) fn constant(config: &ConstantConfig) -> Result<ArrayRef> {
    let view = Constant::new(open(&config.like)?.meta(), config.value, config.dtype)?;
    Ok(renamed(Arc::new(view), config.name.as_deref()))
}

pub(super) fn concat(config: &ConcatConfig) -> Result<ArrayRef> {
    let part = |part: &ConcatPart| match part {
        ConcatPart::Source(source) => open(source).map(ChannelPart::Array),
        ConcatPart::Fill(value) => Ok(ChannelPart::Fill(*value)),
    };
    let parts = config.parts.iter().map(part).collect::<Result<Vec<_>>>()?;
    let arrays = parts.iter().filter_map(|part| match part {
        ChannelPart::Array(array) => Some(array),
        ChannelPart::Fill(_) => None,
    });
    let name = joined_name(config.name.as_deref(), arrays);
    Ok(Arc::new(ConcatChannels::new(name, parts, config.channel_names.clone())?))
}

pub(super) fn logical_or(config: &LogicalOrConfig) -> Result<ArrayRef> {
    let sources = open_all(&config.sources)?;
    Ok(Arc::new(LogicalOr::new(joined_name(config.name.as_deref(), &sources), sources)?))
}

pub(super) fn sum(config: &SumConfig) -> Result<ArrayRef> {
    let sources = open_all(&config.sources)?;
    Ok(Arc::new(Sum::new(joined_name(config.name.as_deref(), &sources), sources, config.sum_type)?))
}

pub(super) fn merge_instances(config: &MergeInstancesConfig) -> Result<ArrayRef> {
    let sources = open_all(&config.sources)?;
    Ok(Arc::new(MergeInstances::new(joined_name(config.name.as_deref(), &sources), sources, &config.ids)?))
}

fn open_all(configs: &[ArrayConfig]) -> Result<Vec<ArrayRef>> {
    configs.iter().map(open).collect()
}

/// The name that a configuration gives, or those of all sources.
fn joined_name<'a>(name: Option<&str>, sources: impl IntoIterator<Item = &'a ArrayRef>) -> String {
    let all = || sources.into_iter().map(ArrayExt::name).collect::<Vec<_>>().join("+");
    name.map_or_else(all, str::to_owned)
}
