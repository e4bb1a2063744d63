// One AdamW step (Loshchilov & Hutter 2019) as PyTorch computes it:
//   p *= 1 − lr·wd;  m = β₁m + (1−β₁)g;  v = β₂v + (1−β₂)g²;  p −= lr/(1−β₁ᵗ) · m / (√v/√(1−β₂ᵗ) + ε)
// The caller folds the corrections into `decay`, `stepSize` and `inverseRoot` (= 1/√(1−β₂ᵗ)), in float64.

export function adamW(
  parameters: usize,
  gradients: usize,
  firstMoments: usize,
  secondMoments: usize,
  count: i32,
  gradScale: f32,
  decay: f32,
  beta1: f32,
  oneMinusBeta1: f32,
  beta2: f32,
  oneMinusBeta2: f32,
  stepSize: f32,
  inverseRoot: f32,
  epsilon: f32,
): void {
  const gradScale4 = f32x4.splat(gradScale)
  const decay4 = f32x4.splat(decay)
  const beta14 = f32x4.splat(beta1)
  const oneMinusBeta14 = f32x4.splat(oneMinusBeta1)
  const beta24 = f32x4.splat(beta2)
  const oneMinusBeta24 = f32x4.splat(oneMinusBeta2)
  const stepSize4 = f32x4.splat(stepSize)
  const inverseRoot4 = f32x4.splat(inverseRoot)
  const epsilon4 = f32x4.splat(epsilon)
  let i = 0
  for (; i <= count - 4; i += 4) {
    const at = (<usize>i) << 2
    const g = f32x4.mul(v128.load(gradients + at), gradScale4)
    const m = f32x4.add(f32x4.mul(v128.load(firstMoments + at), beta14), f32x4.mul(g, oneMinusBeta14))
    const v = f32x4.add(f32x4.mul(v128.load(secondMoments + at), beta24), f32x4.mul(f32x4.mul(g, g), oneMinusBeta24))
    const root = f32x4.add(f32x4.mul(f32x4.sqrt(v), inverseRoot4), epsilon4)
    const p = f32x4.mul(v128.load(parameters + at), decay4)
    v128.store(firstMoments + at, m)
    v128.store(secondMoments + at, v)
    v128.store(parameters + at, f32x4.sub(p, f32x4.div(f32x4.mul(m, stepSize4), root)))
  }
  for (; i < count; i++) {
    const at = (<usize>i) << 2
    const g = load<f32>(gradients + at) * gradScale
    const m = load<f32>(firstMoments + at) * beta1 + g * oneMinusBeta1
    const v = load<f32>(secondMoments + at) * beta2 + g * g * oneMinusBeta2
    store<f32>(firstMoments + at, m)
    store<f32>(secondMoments + at, v)
    store<f32>(parameters + at, load<f32>(parameters + at) * decay - (m * stepSize) / (sqrt<f32>(v) * inverseRoot + epsilon))
  }
}
