"""Networks from the literature, one file each, in the sizes of their papers. Their weights are drawn anew.

* LeNet-5: `LeNet5_1998` as it was, `LeNet5` in today's form
* ResNet for small images: `ResNet20`, `ResNet32`, `ResNet44`, `ResNet56`, `ResNet110`, each also as `...V2`;
  `ResNetCIFAR(depth)` for others
* wide ResNet: `WideResNet(depth, width)`
* Transformers that read: `ViT` and `ViTB16` images; `BERT` texts, with `BertMaskedLM` and `BertClassifier` on top
* of series: `Forecaster`, and `naive_forecast` to compare it with
* language models: `GPT`, a Transformer; `RNNLanguageModel`, of LSTM, GRU or simple recurrent layers
* from one sequence to another: `Seq2Seq`, `AttentionSeq2Seq`, `TransformerSeq2Seq`

Those for images take `input_shape=(height, width, channels)` and `classes=`; language models take `vocabulary_size` and
write texts on with `generate`; those from sequence to sequence take the sizes of both vocabularies and `translate`.
Every one is a model to compile and fit.
"""

from ondol.applications.attention_seq2seq import AttentionSeq2Seq
from ondol.applications.bert import BERT
from ondol.applications.bert_classifier import BertClassifier
from ondol.applications.bert_masked_lm import BertMaskedLM
from ondol.applications.forecaster import Forecaster
from ondol.applications.gpt import GPT
from ondol.applications.lenet5 import LeNet5, LeNet5_1998
from ondol.applications.naive_forecast import naive_forecast
from ondol.applications.resnet_cifar import (
    ResNet20,
    ResNet20V2,
    ResNet32,
    ResNet32V2,
    ResNet44,
    ResNet44V2,
    ResNet56,
    ResNet56V2,
    ResNet110,
    ResNet110V2,
    ResNetCIFAR,
)
from ondol.applications.rnn_language_model import RNNLanguageModel
from ondol.applications.seq2seq import Seq2Seq
from ondol.applications.transformer_seq2seq import TransformerSeq2Seq
from ondol.applications.vit import ViT, ViTB16
from ondol.applications.wide_resnet import WideResNet

__all__ = [
    "AttentionSeq2Seq",
    "BERT",
    "BertClassifier",
    "BertMaskedLM",
    "Forecaster",
    "GPT",
    "RNNLanguageModel",
    "LeNet5",
    "LeNet5_1998",
    "ResNet20",
    "ResNet32",
    "ResNet44",
    "ResNet56",
    "ResNet110",
    "ResNet20V2",
    "ResNet32V2",
    "ResNet44V2",
    "ResNet56V2",
    "ResNet110V2",
    "ResNetCIFAR",
    "Seq2Seq",
    "TransformerSeq2Seq",
    "ViT",
    "ViTB16",
    "WideResNet",
    "naive_forecast",
]
