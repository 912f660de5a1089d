"""Training Tricks, Tested: the helper package of the course."""

import torch

from . import landscapes as landscapes, plots as plots
from .claims import Claim as Claim, Verdict as Verdict, judge as judge
from .data import Data as Data, digits as digits
from .initializers import initialise as initialise
from .optimizers import SGD as SGD, Adagrad as Adagrad, Adam as Adam, AdamW as AdamW, RMSprop as RMSprop
from .statistics import rounded as rounded
from .sweeps import fit as fit, seeds as seeds

# Networks of this size lose time when one operation is shared between cores; `fit` gives every
# core blocks of its own instead.
torch.set_num_threads(1)
