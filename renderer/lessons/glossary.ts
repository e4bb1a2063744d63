/**
 * The words of the field, each explained once. Where a lesson uses one first, it is linked here (scripts/vite/glossary-links.ts).
 * Facts only; `glossary-screen.tsx` shows them.
 */
export interface GlossaryEntry {
  id: string
  term: string
  /** Other ways in which prose says it. */
  forms?: readonly string[]
  /** One to three short sentences. */
  text: string
}

export const glossary: readonly GlossaryEntry[] = [
  {
    id: 'accumulation',
    term: 'gradient accumulation',
    forms: ['accumulation', 'accumulates', 'accumulate'],
    text: 'Adding up the gradients of several micro-batches before one update. It makes a batch larger than fits into memory at once, at the price of time.',
  },
  {
    id: 'adamw',
    term: 'AdamW',
    text: 'An optimizer that divides each gradient by its own recent size. A gradient that is 64 times too large gives almost the same update, so AdamW hides mistakes of scale.',
  },
  {
    id: 'all-gather',
    term: 'all-gather',
    text: 'A collective after which every rank holds what each rank contributed. The second half of a ring all-reduce.',
  },
  {
    id: 'all-reduce',
    term: 'all-reduce',
    forms: ['all-reduces', 'all-reduced'],
    text: 'A collective that combines one vector of every rank, usually by adding, and leaves the same result on all of them. DDP does it with gradients once per step.',
  },
  {
    id: 'alpha-beta',
    term: 'α–β model',
    forms: ['cost model'],
    text: 'The time of a message as α + β · bytes: a start-up cost that even an empty message pays, and a cost per byte.',
  },
  {
    id: 'amdahl',
    term: 'Amdahl’s law',
    forms: ['Amdahl'],
    text: 'If a share s of the work cannot be split, N workers are at most 1 / (s + (1 − s) / N) times faster.',
  },
  {
    id: 'attention-mask',
    term: 'attention mask',
    forms: ['mask'],
    text: 'Ones for real tokens, zeros for padding. It tells the model which positions do not count.',
  },
  {
    id: 'barrier',
    term: 'barrier',
    forms: ['barriers'],
    text: 'A collective that carries nothing: no rank goes on before all have arrived. If one never arrives, the others wait until a deadline.',
  },
  {
    id: 'batch',
    term: 'batch',
    forms: ['batches'],
    text: 'The rows that one update learns from. The global batch is what all ranks together see: micro-batch × accumulation steps × world size.',
  },
  {
    id: 'broadcast',
    term: 'broadcast',
    forms: ['broadcasts'],
    text: 'A collective that copies one rank’s data to all others. DDP does it once, at the start, with the parameters of rank 0.',
  },
  {
    id: 'bucket',
    term: 'bucket',
    forms: ['buckets', 'bucketed'],
    text: 'Several gradients that travel in one all-reduce. Fewer, larger messages pay the start-up cost less often.',
  },
  {
    id: 'calibration',
    term: 'calibration',
    forms: ['calibrated'],
    text: 'How honest a confidence is. A calibrated model that says “80 % sure” is right in 80 % of such cases.',
  },
  {
    id: 'checkpoint',
    term: 'checkpoint',
    forms: ['checkpoints'],
    text: 'Everything that a training needs to go on after an interruption: weights, optimizer state, step, place in the epoch.',
  },
  {
    id: 'collective',
    term: 'collective',
    forms: ['collectives', 'collective operation'],
    text: 'An operation that all ranks take part in, in the same order: all-reduce, broadcast, barrier. A rank that skips one makes the others wait.',
  },
  {
    id: 'cross-entropy',
    term: 'cross-entropy',
    text: 'The loss of a classifier: minus the logarithm of the probability that it gave to the right class. Guessing evenly among four classes costs ln 4 = 1.386.',
  },
  {
    id: 'ddp',
    term: 'DDP',
    forms: ['distributed data-parallel', 'data parallelism', 'DistributedDataParallel'],
    text: 'Distributed data parallelism: every rank holds the whole model, computes gradients on its own rows, and all ranks apply the same summed gradient.',
  },
  {
    id: 'data-parallel',
    term: 'DataParallel',
    text: 'PyTorch’s older way: one process, one thread per GPU, the model copied out again in every step. Slower than DDP, and limited to one machine.',
  },
  {
    id: 'dropout',
    term: 'dropout',
    text: 'Setting random activations to zero while training, so that no single one is relied on. Switched off when the model is used.',
  },
  {
    id: 'effective-batch',
    term: 'effective batch',
    text: 'The number of different rows behind one update. Two ranks that read the same rows have a large global batch and a small effective one.',
  },
  {
    id: 'elastic',
    term: 'elastic restart',
    forms: ['elastic'],
    text: 'Going on with fewer (or more) ranks after a failure, from the last checkpoint.',
  },
  {
    id: 'epoch',
    term: 'epoch',
    forms: ['epochs'],
    text: 'One pass over all rows of the training data.',
  },
  {
    id: 'eval-mode',
    term: 'eval mode',
    forms: ['model.eval()', 'evaluation mode'],
    text: 'How a model computes when it is used rather than trained: no dropout, fixed statistics in BatchNorm.',
  },
  {
    id: 'exposed-communication',
    term: 'exposed communication',
    forms: ['exposed'],
    text: 'Time in which a rank only waits for the network. Communication that happens while the rank computes costs nothing; the exposed part does.',
  },
  {
    id: 'gradient',
    term: 'gradient',
    forms: ['gradients'],
    text: 'For each parameter: how much the loss would rise if the parameter rose a little. An update goes the other way.',
  },
  {
    id: 'gradient-norm',
    term: 'gradient norm',
    text: 'The length of the gradient as one long vector. One number that says how strongly a batch pulls at the model.',
  },
  {
    id: 'head',
    term: 'classification head',
    forms: ['head'],
    text: 'The last layers, which turn what the model understood into one score per class.',
  },
  {
    id: 'learning-rate',
    term: 'learning rate',
    forms: ['learning rates'],
    text: 'The size of an update’s step. Too large and the loss jumps about, too small and nothing is learned.',
  },
  {
    id: 'logits',
    term: 'logits',
    forms: ['logit'],
    text: 'The raw scores of a classifier, one per class, before softmax makes probabilities of them.',
  },
  {
    id: 'loss',
    term: 'loss',
    forms: ['losses'],
    text: 'One number that says how wrong the model is on a batch. Training makes it smaller.',
  },
  {
    id: 'micro-batch',
    term: 'micro-batch',
    forms: ['micro-batches', 'micro-step', 'micro-steps'],
    text: 'The rows that one rank sends through the model at once. Several may make up one update.',
  },
  {
    id: 'model-card',
    term: 'model card',
    text: 'The page beside a model that says what it was trained on, how good it is and on which rows, how to use it, and where its limits are.',
  },
  {
    id: 'onnx',
    term: 'ONNX',
    text: 'An open format for trained models: a graph of standard operations with its weights. Runtimes in any language can execute it without PyTorch.',
  },
  {
    id: 'optimizer',
    term: 'optimizer',
    forms: ['optimizers'],
    text: 'Turns gradients into updates of the parameters. AdamW also keeps two running averages per parameter, its state.',
  },
  {
    id: 'padding',
    term: 'padding',
    forms: ['padded', '[PAD]'],
    text: 'Filling short rows with [PAD] so that all rows of a batch have the same length. Computed like real tokens, and useful to nobody.',
  },
  {
    id: 'parameter',
    term: 'parameter',
    forms: ['parameters', 'weights', 'weight'],
    text: 'A number that training changes. A layer’s weight matrix and bias are parameters.',
  },
  {
    id: 'process-group',
    term: 'process group',
    text: 'The ranks that know each other and can run collectives together. Made once, at the start, by a rendezvous.',
  },
  {
    id: 'quantization',
    term: 'quantization',
    text: 'Keeping weights as small whole numbers, usually int8, with a scale. A quarter of the size of float32, at the price of rounding: measure what it costs.',
  },
  {
    id: 'rank',
    term: 'rank',
    forms: ['ranks'],
    text: 'One process of the group, and its number: 0, 1, 2 … Each rank usually owns one GPU; here, a share of your CPU.',
  },
  {
    id: 'reduce-scatter',
    term: 'reduce-scatter',
    text: 'A collective after which each rank holds the full sum of one part of the vector. The first half of a ring all-reduce.',
  },
  {
    id: 'ring',
    term: 'ring',
    text: 'Ranks in a circle: each sends only to its right neighbour and receives only from its left one. No rank is a bottleneck.',
  },
  {
    id: 'sampler',
    term: 'distributed sampler',
    forms: ['sampler'],
    text: 'Decides which rows a rank reads in an epoch, so that the ranks’ shares do not overlap. All ranks compute the same shuffled order and take their part.',
  },
  {
    id: 'scaling',
    term: 'strong scaling',
    forms: ['weak scaling'],
    text: 'Strong scaling: the same work on more ranks, so each has less. Weak scaling: the same work per rank, so more in total.',
  },
  {
    id: 'seed',
    term: 'seed',
    forms: ['seeds'],
    text: 'The number that decides all random numbers. Equal seeds give equal shuffles and equal dropout masks.',
  },
  {
    id: 'shard',
    term: 'shard',
    forms: ['shards'],
    text: 'The part of the data that belongs to one rank.',
  },
  {
    id: 'softmax',
    term: 'softmax',
    text: 'Turns scores into probabilities: raise e to each score, divide by the sum. They are positive and sum to 1.',
  },
  {
    id: 'straggler',
    term: 'straggler',
    forms: ['stragglers'],
    text: 'A rank that is slower than the others. As every step waits for all ranks, one straggler slows the whole group.',
  },
  {
    id: 'throughput',
    term: 'throughput',
    text: 'Rows (or tokens) processed per second. The figure that distributed training is meant to raise.',
  },
  {
    id: 'token',
    term: 'token',
    forms: ['tokens'],
    text: 'A word or a piece of one, the unit in which a model reads text. Each has a number, its id.',
  },
  {
    id: 'tokenizer',
    term: 'tokenizer',
    text: 'Cuts text into tokens with a fixed vocabulary. A word that is not in it is cut into pieces that are.',
  },
  {
    id: 'torchrun',
    term: 'torchrun',
    text: 'PyTorch’s launcher: starts one process for each GPU, tells each its rank and world size through environment variables, and restarts the group after a failure.',
  },
  {
    id: 'world-size',
    term: 'world size',
    text: 'How many ranks the group has.',
  },
]

export const glossaryEntry = (id: string): GlossaryEntry | null => glossary.find((entry) => entry.id === id) ?? null
