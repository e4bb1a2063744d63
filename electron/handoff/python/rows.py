"""The rows that the lab tokenized, and the two orders in which ranks can go through them."""
import json

import torch
from torch.utils.data import BatchSampler, Dataset, DistributedSampler

PAD = 0


class Rows(Dataset):
    """One row of data/*.jsonl is {"label", "text", "ids"}; ids are whole, [CLS] and [SEP] included, and not padded."""

    def __init__(self, path):
        with open(path, encoding="utf-8") as lines:
            rows = [json.loads(line) for line in lines]
        self.ids = [torch.tensor(row["ids"], dtype=torch.int64) for row in rows]
        self.labels = [row["label"] for row in rows]

    def __len__(self):
        return len(self.ids)

    def __getitem__(self, row):
        return self.ids[row], self.labels[row]


def collate(examples):
    """Pads to the longest row. A rank whose share of the last batch is empty gets one row of weight 0: it must take part."""
    weights = torch.ones(max(1, len(examples)))
    if not examples:
        examples, weights[0] = [(torch.tensor([PAD]), 0)], 0
    ids = torch.nn.utils.rnn.pad_sequence([ids for ids, _ in examples], batch_first=True, padding_value=PAD)
    mask = torch.nn.utils.rnn.pad_sequence([torch.ones(len(ids)) for ids, _ in examples], batch_first=True)
    return ids, mask, torch.tensor([label for _, label in examples]), weights


class TorchOrder:
    """DistributedSampler: each epoch a new shuffle, dealt out to the ranks; a few rows come twice to make the shares even."""

    def __init__(self, rows, micro_batch, accumulation, world_size, rank, seed):
        self.sampler = DistributedSampler(rows, num_replicas=world_size, rank=rank, shuffle=True, seed=seed)
        self.batches = BatchSampler(self.sampler, micro_batch, drop_last=False)
        self.accumulation = accumulation
        self.world_size = world_size

    def set_epoch(self, epoch):
        self.sampler.set_epoch(epoch)  # without it, every epoch would have the same order

    def steps(self):
        """For each optimizer step: this rank's micro-batches of row numbers, and the examples of all ranks together."""
        batches = list(self.batches)
        for start in range(0, len(batches), self.accumulation):
            micro_batches = batches[start : start + self.accumulation]
            yield micro_batches, self.world_size * sum(map(len, micro_batches))


class LabOrder:
    """
    The order of DistriNews Lab, number for number: every row exactly once, rows of like length in one batch. With it and
    the same first weights, losses can be compared step by step.
    """

    WINDOW_BATCHES = 50

    def __init__(self, rows, micro_batch, accumulation, world_size, rank, seed):
        self.lengths = [len(ids) for ids in rows.ids]
        self.micro_batch, self.accumulation = micro_batch, accumulation
        self.world_size, self.rank, self.seed = world_size, rank, seed
        self.epoch = 0

    def set_epoch(self, epoch):
        self.epoch = epoch

    def steps(self):
        global_batch = self.micro_batch * self.accumulation * self.world_size
        order = list(range(len(self.lengths)))
        shuffle(order, random_integers(self.seed, self.epoch, 1))
        by_length = []
        for window in slices(order, self.WINDOW_BATCHES * global_batch):
            by_length += sorted(window, key=self.lengths.__getitem__)
        for batch in shuffle(slices(by_length, global_batch), random_integers(self.seed, self.epoch, 2)):
            share = batch[self.rank :: self.world_size]
            micro_batches = [share[i * self.micro_batch : (i + 1) * self.micro_batch] for i in range(self.accumulation)]
            yield micro_batches, len(batch)


def slices(items, size):
    return [items[start : start + size] for start in range(0, len(items), size)]


def random_integers(*keys):
    """below(bound): uniform integers from sfc32 (Chris Doty-Humphrey, PractRand), seeded with three 32-bit keys."""
    a, b, c = keys
    counter = 1

    def next_word():
        nonlocal a, b, c, counter
        total = (a + b + counter) & 0xFFFFFFFF
        counter = (counter + 1) & 0xFFFFFFFF
        a = b ^ (b >> 9)
        b = (c + (c << 3)) & 0xFFFFFFFF
        c = (((c << 21) & 0xFFFFFFFF | c >> 11) + total) & 0xFFFFFFFF
        return total

    for _ in range(12):
        next_word()

    def below(bound):
        limit = 2**32 - 2**32 % bound
        value = next_word()
        while value >= limit:
            value = next_word()
        return value % bound

    return below


def shuffle(items, below):
    """Fisher and Yates, in place."""
    for last in range(len(items) - 1, 0, -1):
        other = below(last + 1)
        items[last], items[other] = items[other], items[last]
    return items
