/** The eight questions of an interview and the twelve pitfalls, as cards: what to say, and where it was seen. Facts only. */
export interface Card {
  id: string
  question: string
  /** What a good answer contains; the score is the share of them. */
  points: readonly string[]
  /** Where it can be seen: an experiment, or a step of a phase. */
  seen: { experiment: string } | { lesson: string; step: string }
}

export const questions: readonly Card[] = [
  {
    id: 'q-dataparallel',
    question: 'DataParallel or DistributedDataParallel: what is the difference?',
    points: [
      'DataParallel is one process with a thread per GPU; DDP is one process per GPU',
      'DataParallel copies the model out in every step and gathers outputs on GPU 0; DDP broadcasts once and only all-reduces gradients',
      'DDP overlaps communication with the backward pass and works over several machines',
    ],
    seen: { lesson: 'ddp', step: 'ranks' },
  },
  {
    id: 'q-gradient-sync',
    question: 'How and when are gradients synchronised?',
    points: [
      'An all-reduce of gradients in every step, launched by hooks during the backward pass',
      'In buckets, last layer first; the first leaves while the rest is computed',
      'A ring: reduce-scatter, then all-gather; each rank sends 2 (N − 1) / N of the data',
      'Every rank applies the same update, so the parameters stay equal without being sent',
    ],
    seen: { lesson: 'ddp', step: 'ring' },
  },
  {
    id: 'q-sampler',
    question: 'Why is a DistributedSampler needed, and why set_epoch?',
    points: [
      'So that ranks read disjoint shards; otherwise all compute the same gradient',
      'All ranks shuffle with the same seed and take every N-th row',
      'set_epoch changes the seed per epoch; without it every epoch has the same order',
    ],
    seen: { experiment: 'no-sampler' },
  },
  {
    id: 'q-rank-0',
    question: 'What does rank 0 do that the others do not?',
    points: [
      'Saves checkpoints, logs, publishes the model: once instead of N times',
      'It does not coordinate the training: collectives have no master',
      'Barriers and other collectives stay outside of the rank-0 branch',
    ],
    seen: { lesson: 'ddp', step: 'rank-0' },
  },
  {
    id: 'q-below-twice',
    question: 'Two GPUs gave you 1.6 times. Why not 2?',
    points: [
      'Exposed communication: the part of the all-reduce that computing does not hide',
      'Serial parts that do not shrink, Amdahl’s law: optimizer, data, start-up',
      'How to find out: split the step’s time on each rank, strong and weak scaling apart',
      'Remedies: larger micro-batch or accumulation, larger buckets, faster loader',
    ],
    seen: { experiment: 'below-twice' },
  },
  {
    id: 'q-slow-gpu',
    question: 'One GPU is slower than the others. What happens?',
    points: [
      'Every step waits for it: the group is as fast as its slowest rank',
      'The others show long all-reduces; the slow one shows short waits',
      'It does not change the result, only the time',
    ],
    seen: { experiment: 'rank-down' },
  },
  {
    id: 'q-checkpoints',
    question: 'What belongs into a checkpoint, and who writes it?',
    points: [
      'Weights, optimizer state, step and place in the epoch, scheduler, seeds',
      'Rank 0 alone, to a temporary name, renamed when complete',
      'Keys without the “module.” prefix of the wrapper; loaded with map_location',
      'Proof: resume, and compare the losses',
    ],
    seen: { experiment: 'checkpoint-mistakes' },
  },
  {
    id: 'q-training-inference',
    question: 'What differs between training and inference?',
    points: [
      'eval mode: no dropout, fixed BatchNorm statistics',
      'no gradients are kept: less memory',
      'Batches are chosen for latency, not for the update',
      'One process is enough: nothing has to be synchronised',
    ],
    seen: { lesson: 'inference', step: 'answer' },
  },
]

export const pitfalls: readonly Card[] = [
  {
    id: 'p-device-before-wrap',
    question: 'model = DDP(model) stands before model.to(device). What is wrong?',
    points: ['Move the model to its device first, then wrap', 'The optimizer must be made from the parameters that are on the device'],
    seen: { lesson: 'ddp', step: 'broadcast' },
  },
  {
    id: 'p-print-everywhere',
    question: 'Every line of the log appears N times.',
    points: ['Print on rank 0 only', 'Print the all-reduced loss, not rank 0’s own'],
    seen: { experiment: 'rank0-loss' },
  },
  {
    id: 'p-save-everywhere',
    question: 'torch.save is called by every rank with the same path.',
    points: ['N processes write one file: a race, perhaps a torn file', 'Rank 0 saves, a barrier follows'],
    seen: { experiment: 'checkpoint-mistakes' },
  },
  {
    id: 'p-set-epoch',
    question: 'The sampler is there, set_epoch is not.',
    points: ['Every epoch has the same order', 'Nothing fails, so look at indices'],
    seen: { experiment: 'set-epoch' },
  },
  {
    id: 'p-data-device',
    question: '“Expected all tensors to be on the same device.”',
    points: [
      'The model is on the GPU, the batch is not: move the batch in every step',
      'non_blocking with pinned memory overlaps the copy',
    ],
    seen: { lesson: 'baseline', step: 'loop' },
  },
  {
    id: 'p-hard-coded-device',
    question: 'device = "cuda:0" in a script for two GPUs.',
    points: ['Both ranks use GPU 0: slow, or out of memory', 'Use LOCAL_RANK, and set_device before anything else'],
    seen: { experiment: 'pre-flight' },
  },
  {
    id: 'p-cleanup',
    question: 'The second start says “address already in use”.',
    points: [
      'A process of the first start still lives, or destroy_process_group was never called',
      'End all ranks together; clean up in a finally block',
    ],
    seen: { experiment: 'pre-flight' },
  },
  {
    id: 'p-loss-reduction',
    question: 'The loss has reduction="sum".',
    points: ['The gradient grows with the batch, and with it the step', 'AdamW hides it; the gradient norm and SGD do not'],
    seen: { experiment: 'sum-loss' },
  },
  {
    id: 'p-batch-confusion',
    question: '“We train with batch size 32 on 8 GPUs.” What is unclear?',
    points: [
      'Per rank or global? 32 or 256',
      'Global batch = micro-batch × accumulation × world size',
      'The learning rate belongs to the global one',
    ],
    seen: { experiment: 'batch-and-rate' },
  },
  {
    id: 'p-checkpoint-keys',
    question: 'Loading fails: “Missing key(s) … Unexpected key module.classifier.weight”.',
    points: ['The wrapper’s state_dict was saved: every key begins with “module.”', 'Save model.module.state_dict()'],
    seen: { lesson: 'ddp', step: 'rank-0' },
  },
  {
    id: 'p-barrier-in-if',
    question: 'if rank == 0: save(); dist.barrier()   # both inside the if',
    points: ['Only rank 0 reaches the barrier: a deadlock', 'Collectives stand outside of branches that depend on the rank'],
    seen: { experiment: 'barrier-in-if' },
  },
  {
    id: 'p-zero-grad-order',
    question: 'loss.backward(); optimizer.zero_grad(); optimizer.step()',
    points: ['The gradients are cleared before they are used', 'Clear after step, or before backward'],
    seen: { lesson: 'baseline', step: 'zero-grad' },
  },
]
