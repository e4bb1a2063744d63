/**
 * A run's measurements as a TensorBoard event file: TFRecord frames (length, data, each with a masked CRC-32C) around
 * `Event` messages of protobuf, whose few fields are written here by hand. Format: tensorflow/core/lib/io/record_writer.h,
 * tensorflow/core/util/event.proto, tensorboard/compat/proto/summary.proto.
 */
import type { EpochMetrics, StepMetrics } from '../../shared/domain/metrics.ts'
import type { RunDetail } from '../../shared/domain/run.ts'

interface ScalarEvent {
  /** Seconds since 1970. */
  wallTime: number
  step: number
  scalars: [tag: string, value: number][]
}

/** The frames of the file, one after the other. Curves by step; what is measured after an epoch stands at that epoch's last step. */
export function* tensorboardChunks({ record, steps, epochs }: Pick<RunDetail, 'record' | 'steps' | 'epochs'>): Generator<Uint8Array> {
  const beganSeconds = Date.parse(record.createdAt) / 1000
  yield frame(Buffer.concat([double(1, beganSeconds), bytesField(3, Buffer.from('brain.Event:2'))]))
  const at = (elapsedMs: number): number => beganSeconds + elapsedMs / 1000
  const events = [
    ...steps.map((step): ScalarEvent => ({ wallTime: at(step.elapsedMs), step: step.step, scalars: stepScalars(step) })),
    ...epochs.map((epoch): ScalarEvent => ({ wallTime: at(epoch.elapsedMs), step: epoch.step, scalars: epochScalars(epoch) })),
  ].sort((a, b) => a.step - b.step)
  for (const event of events) yield frame(encodeEvent(event))
}

const stepScalars = ({ globalLoss, learningRate, gradNorm, samplesPerSec, tokensPerSec, ranks }: StepMetrics): ScalarEvent['scalars'] => [
  ['train/loss', globalLoss],
  ['train/learning_rate', learningRate],
  ['train/grad_norm', gradNorm],
  ['throughput/samples_per_sec', samplesPerSec],
  ['throughput/tokens_per_sec', tokensPerSec],
  ...ranks.flatMap(({ rank, localLoss, stepMs, phases }): ScalarEvent['scalars'] => [
    [`rank_${rank}/loss`, localLoss],
    [`rank_${rank}/step_ms`, stepMs],
    [`rank_${rank}/all_reduce_ms`, phases.allReduceMs],
  ]),
]

const epochScalars = ({ trainLoss, validationLoss, validationAccuracy }: EpochMetrics): ScalarEvent['scalars'] => [
  ['epoch/train_loss', trainLoss],
  ['validation/loss', validationLoss],
  ['validation/accuracy', validationAccuracy],
]

/** Event { double wall_time = 1; int64 step = 2; Summary summary = 5 { Value value = 1 { string tag = 1; float simple_value = 2 } } } */
function encodeEvent({ wallTime, step, scalars }: ScalarEvent): Buffer {
  const values = scalars.map(([tag, value]) => bytesField(1, Buffer.concat([bytesField(1, Buffer.from(tag)), float(2, value)])))
  return Buffer.concat([double(1, wallTime), key(2, 0), varint(step), bytesField(5, Buffer.concat(values))])
}

const key = (field: number, wireType: number): Buffer => varint(field * 8 + wireType)

function double(field: number, value: number): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeDoubleLE(value)
  return Buffer.concat([key(field, 1), bytes])
}

function float(field: number, value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeFloatLE(value)
  return Buffer.concat([key(field, 5), bytes])
}

const bytesField = (field: number, content: Buffer): Buffer => Buffer.concat([key(field, 2), varint(content.byteLength), content])

/** `value` is a whole number that is not negative. */
function varint(value: number): Buffer {
  const bytes: number[] = []
  let rest = value
  while (rest >= 0x80) {
    bytes.push((rest % 0x80) | 0x80)
    rest = Math.floor(rest / 0x80)
  }
  return Buffer.from([...bytes, rest])
}

/** TFRecord: uint64 length, its checksum, the data, its checksum. */
function frame(data: Buffer): Buffer {
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(data.byteLength))
  return Buffer.concat([length, maskedChecksum(length), data, maskedChecksum(data)])
}

/** Rotated and shifted, so that the checksum of a frame that holds checksums is not a special number. */
function maskedChecksum(data: Uint8Array): Buffer {
  const crc = crc32c(data)
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE((((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0)
  return bytes
}

/** CRC-32C (Castagnoli), reflected. */
const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1
  return crc
})

export function crc32c(data: Uint8Array): number {
  let crc = 0xffffffff
  for (const byte of data) crc = (crc >>> 8) ^ table[(crc ^ byte) & 0xff]!
  return (crc ^ 0xffffffff) >>> 0
}
