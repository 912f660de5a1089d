"""The lab kit: exercises that check themselves in the notebook, and notebooks made from solutions.

`from tricks.labs.exercises import NAME as lab` gives a lab's own `lab.check`.
"""
