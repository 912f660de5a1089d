"""Training Tricks, Tested: the helper package of the course."""

import torch

from . import plots as plots
from .claims import Claim as Claim
from .claims import Verdict as Verdict
from .claims import judge as judge
from .data import Data as Data
from .data import digits as digits
from .initializers import initialise as initialise
from .optimizers import SGD as SGD
from .optimizers import Adagrad as Adagrad
from .optimizers import Adam as Adam
from .optimizers import AdamW as AdamW
from .optimizers import RMSprop as RMSprop
from .statistics import rounded as rounded
from .sweeps import fit as fit
from .sweeps import seeds as seeds

# Networks of this size lose time when one operation is shared between cores; `fit` gives every
# core blocks of its own instead.
torch.set_num_threads(1)
