/** Which component draws which widget. */
import type { ComponentType } from 'react'
import type { Evidence } from '../evidence.ts'
import { runNames } from '../run-names.ts'
import { pitfalls, questions } from '../06-documentation/cards.ts'
import { Accumulation } from './accumulation.tsx'
import { Amdahl } from './amdahl.tsx'
import { AnswerModes } from './answer-modes.tsx'
import { ArmsChart } from './arms-chart.tsx'
import { BucketStates } from './bucket-states.tsx'
import { BarrierBoard, UnevenInputsBoard } from './collectives-board.tsx'
import { CardDeck } from './card-deck.tsx'
import { Confusion } from './confusion.tsx'
import { CostModel } from './cost-model.tsx'
import { CoverageMatrix } from './coverage-matrix.tsx'
import { DropoutMasks } from './dropout-masks.tsx'
import { EvaluationRows } from './evaluation-rows.tsx'
import { ExportFiles } from './export-files.tsx'
import { FreeTierCalculator } from './free-tier.tsx'
import { HeatMap } from './heat-map.tsx'
import { HttpExchanges } from './http-exchanges.tsx'
import { InterviewSummary } from './interview-summary.tsx'
import { LatencyChart } from './latency-chart.tsx'
import { LossBand } from './loss-band.tsx'
import { PreFlight } from './pre-flight.tsx'
import { RankDownBoard } from './rank-down-board.tsx'
import { Reliability } from './reliability.tsx'
import { RunPair } from './run-pair.tsx'
import { RunningStatistics } from './running-statistics.tsx'
import { SavedFiles } from './saved-files.tsx'
import { ScalingBars } from './scaling-bars.tsx'
import { SpaceFolders } from './space-folders.tsx'
import { StepScatter } from './step-scatter.tsx'
import { SumLoss } from './sum-loss.tsx'
import { Waterfall } from './waterfall.tsx'
import { BroadcastDigests } from './broadcast-digests.tsx'
import { BucketMap } from './bucket-map.tsx'
import { BundleFiles } from './bundle-files.tsx'
import { CallsCompare } from './calls-compare.tsx'
import { DifferenceTable } from './difference-table.tsx'
import type { WidgetId } from './ids.ts'
import { IndexGrid } from './index-grid.tsx'
import { LoopStepper } from './loop-stepper.tsx'
import { MeetingBoard } from './meeting-board.tsx'
import { ModelCard } from './model-card.tsx'
import { ModelExplorer } from './model-explorer.tsx'
import { Modes } from './modes.tsx'
import { PaddingCost } from './padding-cost.tsx'
import { RateCurves } from './rate-curves.tsx'
import { RingStepper } from './ring-stepper.tsx'
import { RunSummary } from './run-summary.tsx'
import { Timeline } from './timeline.tsx'
import { TokenStrip } from './token-strip.tsx'
import { ZeroGrad } from './zero-grad.tsx'

export type Widget = ComponentType<{ evidence: Evidence }>

export const widgets: Record<WidgetId, Widget> = {
  'token-strip': TokenStrip,
  'padding-cost': PaddingCost,
  'model-explorer': ModelExplorer,
  'index-grid': IndexGrid,
  'loop-stepper': LoopStepper,
  'zero-grad': ZeroGrad,
  modes: Modes,
  'rate-curves': RateCurves,
  'run-metrics': ({ evidence }) => <RunSummary evidence={evidence} name={runNames.baseline} />,
  'meeting-board': MeetingBoard,
  'broadcast-digests': BroadcastDigests,
  'ring-stepper': RingStepper,
  'bucket-map': BucketMap,
  'calls-compare': CallsCompare,
  'same-as-one': ({ evidence }) => <DifferenceTable evidence={evidence} arms={['fixed']} />,
  'mean-of-means': ({ evidence }) => <DifferenceTable evidence={evidence} arms={['fixed', 'mean-of-means']} />,
  timeline: Timeline,
  'run-rank-0': ({ evidence }) => <RunSummary evidence={evidence} name={runNames.rank0} />,
  'run-killed': ({ evidence }) => <RunSummary evidence={evidence} name={runNames.killed} />,
  'answer-modes': AnswerModes,
  'latency-chart': LatencyChart,
  reliability: Reliability,
  confusion: Confusion,
  'step-scatter': StepScatter,
  'scaling-bars': ScalingBars,
  'cost-model': CostModel,
  amdahl: Amdahl,
  'free-tier': FreeTierCalculator,
  'run-report': ({ evidence }) => <RunSummary evidence={evidence} name={runNames.report} exports />,
  'interview-summary': InterviewSummary,
  'model-card': ModelCard,
  questions: ({ evidence }) => <CardDeck evidence={evidence} deck={questions} title="Eight questions" />,
  pitfalls: ({ evidence }) => <CardDeck evidence={evidence} deck={pitfalls} title="Twelve pitfalls" />,
  'export-files': ExportFiles,
  'http-exchanges': HttpExchanges,
  'space-folders': SpaceFolders,
  'bundle-files': BundleFiles,
  'heat-map': HeatMap,
  'coverage-matrix': CoverageMatrix,
  'arms-chart': ArmsChart,
  equality: ({ evidence }) => <DifferenceTable evidence={evidence} arms={['fixed', 'dropout', 'mean-of-means', 'sum-loss']} />,
  'uneven-inputs': UnevenInputsBoard,
  'sum-loss': SumLoss,
  'loss-band': LossBand,
  'evaluation-rows': EvaluationRows,
  barrier: BarrierBoard,
  'rank-down': RankDownBoard,
  'run-elastic': ({ evidence }) => (
    <RunPair evidence={evidence} names={{ 'saved per epoch': runNames.elasticBroken, 'saved every 10 steps': runNames.elasticFixed }} />
  ),
  'dropout-masks': DropoutMasks,
  'running-statistics': RunningStatistics,
  'bucket-states': BucketStates,
  accumulation: Accumulation,
  'saved-files': SavedFiles,
  waterfall: Waterfall,
  'pre-flight': PreFlight,
}
