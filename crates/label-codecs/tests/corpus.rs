//! What the fuzz targets found worth keeping, once more and without a fuzzer.

#[path = "../../../fuzz/laws/compressed_segmentation.rs"]
mod compressed_segmentation;
#[path = "../../../fuzz/laws/corpus.rs"]
mod corpus;
#[path = "../../../fuzz/laws/label_block.rs"]
mod label_block;

#[test]
fn label_blocks_of_the_corpus_keep_the_law() {
    corpus::replay("label_block", label_block::holds);
}

#[test]
fn compressed_segmentation_of_the_corpus_keeps_the_law() {
    corpus::replay("compressed_segmentation", compressed_segmentation::holds);
}
