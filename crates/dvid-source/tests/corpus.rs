//! What the fuzz targets found worth keeping, once more and without a fuzzer.

#[path = "../../../fuzz/laws/block_stream.rs"]
mod block_stream;
#[path = "../../../fuzz/laws/corpus.rs"]
mod corpus;
#[path = "../../../fuzz/laws/image_block.rs"]
mod image_block;
#[path = "../../../fuzz/laws/info.rs"]
mod info;

#[test]
fn block_streams_of_the_corpus_keep_the_law() {
    corpus::replay("block_stream", block_stream::holds);
}

#[test]
fn infos_of_the_corpus_keep_the_law() {
    corpus::replay("info", info::holds);
}

#[test]
fn blocks_of_images_of_the_corpus_keep_the_law() {
    corpus::replay("image_block", image_block::holds);
}
