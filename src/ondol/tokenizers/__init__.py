"""Text as numbers, and back: tokenizers of characters, words and byte pairs.

* `CharacterTokenizer`: one number for each character; few numbers, long sequences.
* `WordTokenizer`: one for each word; short sequences, and words that it has never seen.
* `BytePairTokenizer`: one for each frequent sequence of bytes, as in GPT-2; every text of every language, exactly.

All of them learn with `train`, have `encode`, `decode`, `encode_batch`, `stream`, and are kept with `save` and
`Tokenizer.load`.
"""

from ondol.tokenizers.base import Tokenizer
from ondol.tokenizers.byte_pair import BytePairTokenizer
from ondol.tokenizers.character import CharacterTokenizer
from ondol.tokenizers.decoding import StreamingDecoder
from ondol.tokenizers.word import WordTokenizer

__all__ = ["BytePairTokenizer", "CharacterTokenizer", "StreamingDecoder", "Tokenizer", "WordTokenizer"]
