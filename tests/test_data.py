"""Data: splits, label noise, scaling, and the refusal of what is no data."""

import numpy as np
import pytest
import torch
from sklearn import datasets
from sklearn.preprocessing import StandardScaler

from tricks.data import PURPOSES, Data, derive, digits, generator

SEEDS = range(20)


def pool(n=40, features=3, classes=4, **options):
    draw = np.random.default_rng(0)
    X, y = draw.normal(size=(n, features)), np.arange(n) % classes
    return Data(X, y, **{"train": 20, "validation": 8, "test": 12, **options})


def test_every_purpose_of_every_seed_has_a_stream_of_its_own():
    starts = [derive(seed, purpose) for seed in range(200) for purpose in PURPOSES]
    assert len(set(starts)) == len(starts)
    assert all(0 <= start < 2**63 for start in starts)


def test_a_generator_starts_afresh_at_every_call():
    first, again = (torch.rand(5, generator=generator(3, "order")) for _ in range(2))
    assert torch.equal(first, again)
    assert not torch.equal(first, torch.rand(5, generator=generator(3, "masks")))


def test_the_parts_of_a_split_are_disjoint_and_of_the_sizes_asked_for():
    data = digits(train=100, validation=50, test=60)
    for seed in SEEDS:
        parts = data.split(seed)
        assert [len(parts[name]) for name in ("train", "validation", "test")] == [100, 50, 60]
        assert len(np.unique(np.concatenate(list(parts.values())))) == 210


def test_a_split_may_use_up_the_pool():
    parts = pool().split(5)
    assert sorted(np.concatenate(list(parts.values()))) == list(range(40))


def test_a_split_depends_on_the_seed_and_on_nothing_else():
    torch.manual_seed(0)
    one = digits(train=100).split(7)["train"]
    torch.manual_seed(1)
    assert np.array_equal(one, digits(train=100, noise=0.5, standardise=True).split(7)["train"])
    assert not np.array_equal(one, digits(train=100).split(8)["train"])


def test_a_smaller_training_part_is_the_beginning_of_a_larger_one():
    small, large = (digits(train=n, validation=0, test=0).split(3)["train"] for n in (50, 200))
    assert np.array_equal(small, large[:50])


@pytest.mark.parametrize("noise, flipped", [(0.0, 0), (0.2, 20), (0.25, 25), (1.0, 100)])
def test_noise_replaces_exactly_its_share_of_the_training_labels_by_others(noise, flipped):
    data = digits(train=100, noise=noise)
    for seed in SEEDS:
        parts = data.arrays(seed)
        assert int((parts["train"][1] != parts["clean"][1]).sum()) == flipped
        assert parts["train"][1].min() >= 0 and parts["train"][1].max() <= 9


def test_noise_leaves_images_and_held_out_labels_alone():
    noisy, clean = (digits(train=100, noise=noise).arrays(4) for noise in (0.5, 0.0))
    assert torch.equal(noisy["train"][0], clean["train"][0])
    assert torch.equal(noisy["clean"][1], clean["train"][1])
    for part in ("validation", "test"):
        assert all(torch.equal(a, b) for a, b in zip(noisy[part], clean[part], strict=True))


def test_noise_picks_every_wrong_class_about_equally_often():
    parts = [digits(train=400, noise=1.0).arrays(seed) for seed in range(5)]
    shift = torch.cat([(p["train"][1] - p["clean"][1]) % 10 for p in parts])
    counts = torch.bincount(shift, minlength=10)
    assert counts[0] == 0
    assert counts[1:].min() > 150 and counts[1:].max() < 300  # 222 expected, standard deviation 14


def test_labels_belong_to_their_images():
    X, y = datasets.load_digits(return_X_y=True)
    data = digits(train=100)
    images, labels = data.arrays(2, torch.float64)["test"]
    rows = data.split(2)["test"]
    assert np.array_equal(images.numpy() * 16, X[rows])
    assert np.array_equal(labels.numpy(), y[rows])


def test_standardising_learns_from_the_training_part_alone():
    data = digits(train=100, standardise=True)
    plain = digits(train=100).arrays(2, torch.float64)
    for part, (images, _) in data.arrays(2, torch.float64).items():
        expected = StandardScaler().fit(plain["train"][0]).transform(plain[part][0])
        assert np.allclose(images.numpy(), expected, rtol=0, atol=1e-12)


def test_arrays_have_the_dtype_asked_for_and_whole_labels():
    for dtype in (torch.float32, torch.float64):
        assert all(X.dtype == dtype and y.dtype == torch.int64 for X, y in pool().arrays(0, dtype).values())


def test_a_pool_knows_its_classes():
    assert digits(train=10).classes == 10
    assert pool(classes=3).classes == 3


def test_an_image_cannot_be_changed_through_what_a_split_returns():
    data = pool()
    before = data.X.copy()
    data.arrays(0)["train"][0].add_(1)
    assert np.array_equal(data.X, before)


X, Y = np.zeros((10, 2)), np.arange(10) % 2
HOLED = np.where(np.eye(10, 2), np.nan, 0)


@pytest.mark.parametrize(
    "culprit, build",
    [
        ("NaN", lambda: Data(HOLED, Y, 5)),
        ("infinity", lambda: Data(np.where(np.eye(10, 2), np.inf, 0), Y, 5)),
        ("example 3", lambda: Data(np.where(np.arange(10)[:, None] >= 3, np.nan, X), Y, 5)),
        ("(10, 2) and (9,)", lambda: Data(X, Y[:9], 5)),
        ("(10,) and (10,)", lambda: Data(X[:, 0], Y, 5)),
        ("(10, 1, 2)", lambda: Data(X[:, None], Y, 5)),
        ("(0, 2)", lambda: Data(X[:0], Y[:0], 5)),
        ("data: X", lambda: Data([["a"]], [0], 1)),
        ("labels", lambda: Data(X, Y - 1, 5)),
        ("labels", lambda: Data(X, Y / 2, 5)),
        ("labels", lambda: Data(X, Y.astype(str), 5)),
        ("labels", lambda: Data(X, 0 * Y, 5)),
        ("train=0", lambda: digits(train=0)),
        ("train=2.5", lambda: digits(train=2.5)),
        ("train='50'", lambda: digits(train="50")),
        ("validation=-1", lambda: digits(train=50, validation=-1)),
        ("test=None", lambda: digits(train=50, test=None)),
        ("digits has only 1797", lambda: digits(train=1000)),
        ("not 30", lambda: digits(train=50, noise=30)),
        ("not -0.1", lambda: digits(train=50, noise=-0.1)),
        ("not nan", lambda: digits(train=50, noise=float("nan"))),
        ("not '20 %'", lambda: digits(train=50, noise="20 %")),
        ("nois", lambda: digits(train=50, nois=0.1)),
    ],
)
def test_what_is_no_data_is_refused_in_one_line(culprit, build):
    with pytest.raises((ValueError, TypeError)) as refusal:
        build()
    said = str(refusal.value)
    assert culprit in said and "\n" not in said
