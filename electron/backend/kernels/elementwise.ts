/** Element by element: arithmetic, comparisons, selection, types and filling. Shapes broadcast as in NumPy. */
import { filled, record, scalar, type LazyValue } from '../graph.ts'
import { supportedType } from '../onnxruntime-backend.ts'
import { add, binary, broadcastShape, cast, multiply, subtract, unary } from '../operators.ts'
import { registerKernel } from '../register.ts'

/** TensorFlow.js' name → ONNX operator. */
const unaryOperators = {
  Abs: 'Abs',
  Erf: 'Erf',
  Exp: 'Exp',
  Log: 'Log',
  LogicalNot: 'Not',
  Neg: 'Neg',
  Reciprocal: 'Reciprocal',
  Relu: 'Relu',
  Sigmoid: 'Sigmoid',
  Sqrt: 'Sqrt',
  Tanh: 'Tanh',
}
const arithmeticOperators = {
  Add: 'Add',
  Maximum: 'Max',
  Minimum: 'Min',
  Multiply: 'Mul',
  Pow: 'Pow',
  RealDiv: 'Div',
  Sub: 'Sub',
}
const comparisonOperators = {
  Equal: 'Equal',
  Greater: 'Greater',
  GreaterEqual: 'GreaterOrEqual',
  Less: 'Less',
  LessEqual: 'LessOrEqual',
  LogicalAnd: 'And',
  LogicalOr: 'Or',
}

export function registerElementwiseKernels(): void {
  for (const [name, operator] of Object.entries(unaryOperators)) registerKernel(name, ({ x }) => unary(operator, x!))
  for (const [name, operator] of Object.entries(arithmeticOperators)) registerKernel(name, ({ a, b }) => binary(operator, a!, b!))
  for (const [name, operator] of Object.entries(comparisonOperators)) registerKernel(name, ({ a, b }) => binary(operator, a!, b!, 'bool'))

  registerKernel('Square', ({ x }) => multiply(x!, x!))
  registerKernel('SquaredDifference', ({ a, b }) => {
    const difference = subtract(a!, b!)
    return multiply(difference, difference)
  })
  registerKernel('Rsqrt', ({ x }) => unary('Reciprocal', unary('Sqrt', x!)))
  registerKernel('Step', ({ x }) => cast(binary('Greater', x!, scalar(0), 'bool'), 'float32'))
  registerKernel('AddN', (inputs) => Object.values(inputs).reduce(add))
  registerKernel('Select', ({ condition, t, e }) => {
    const shape = broadcastShape(condition!.shape, broadcastShape(t!.shape, e!.shape))
    return record('Where', [condition!, t!, e!], {}, shape, t!.type)
  })
  registerKernel('Cast', ({ x }, { dtype }) => cast(x!, supportedType(dtype as string)))
  registerKernel('Identity', ({ x }) => x!)
  registerKernel('Fill', (_, { shape, value, dtype }) =>
    filled(shape as number[], value as number, supportedType((dtype as string) || 'float32')),
  )
  registerKernel('ZerosLike', ({ x }) => filledLike(x!, 0))
  registerKernel('OnesLike', ({ x }) => filledLike(x!, 1))
}

const filledLike = ({ shape, type }: LazyValue, value: number): LazyValue => filled(shape, value, supportedType(type))
