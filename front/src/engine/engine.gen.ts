// Generated from the Python sources of steepest by `python -m tools.translate`: do not edit.
// Each record has the arithmetic of its class in src/steepest; `self` holds its settings.

import { each, quotient, remainder, sum } from "./arithmetic";
import type { ElementRule, Loss, Rule, Schedule, Untranslated, WholeRule } from "./records";

/** exp(-x) for x >= 0. */
export function expMinus(x: number): number {
  return Math.exp(-x);
}

/** log(1 + e) for 0 <= e <= 1. */
export function log1pUnit(e: number): number {
  return Math.log1p(e);
}

/** 1 / (1 + exp(-z)), which neither overflows nor cancels. Not compiled. */
export function logistic(z: number): number {
  const e = Math.exp(-Math.abs(z));
  return (z < 0 ? e : 1.0) / (1.0 + e);
}

const accelerated: WholeRule = {
  name: "accelerated",
  label: "accelerated",
  about: "Nesterov's momentum with the growing coefficient of 1983 and adaptive restart: no setting, step 1/L.",
  defaults: {},
  elementwise: false,
  slots: 2,
  sees: [],
  direction: (_self, g, memory) => {
    let v = each(g.length, (j) => memory[0][j] + g[j]);
    let theta = each(g.length, (j) => Math.max(memory[1][j], 1.0));
    const sum1 = sum(g.length, (j) => g[j] * v[j]);
    if (sum1 < 0.0) {
      v = each(g.length, (j) => g[j] + 0.0);
      theta = each(g.length, (j) => 0.0 * theta[j] + 1.0);
    }
    const after = each(g.length, (j) => 0.5 * (1.0 + Math.sqrt(1.0 + 4.0 * theta[j] * theta[j])));
    memory[0] = each(g.length, (j) => (theta[j] - 1.0) / after[j] * v[j]);
    memory[1] = each(g.length, (j) => after[j]);
    return each(g.length, (j) => g[j] + memory[0][j]);
  },
  answer: null,
  stability: null,
};

const momentum: ElementRule = {
  name: "momentum",
  label: "heavy ball",
  about: "Heavy ball: v <- beta v + g, p = v (the form of torch.optim.SGD without dampening).",
  defaults: { beta: 0.9 },
  elementwise: true,
  slots: 1,
  sees: [],
  direction: (self, g, memory) => {
    memory[0] = self.beta * memory[0] + g;
    return memory[0];
  },
  answer: null,
  stability: (self) => 2.0 * (1.0 + self.beta),
};

const nesterov: ElementRule = {
  name: "nesterov",
  label: "Nesterov",
  about: "Nesterov's momentum: v <- beta v + g, p = g + beta v (the form of torch.optim.SGD with nesterov=True).",
  defaults: { beta: 0.9 },
  elementwise: true,
  slots: 1,
  sees: [],
  direction: (self, g, memory) => {
    memory[0] = self.beta * memory[0] + g;
    return g + self.beta * memory[0];
  },
  answer: null,
  stability: (self) => 2.0 * (1.0 + self.beta) / (1.0 + 2.0 * self.beta),
};

const plain: ElementRule = {
  name: "plain",
  label: "plain",
  about: "Steepest descent: p = g, so w <- w - eta g.",
  defaults: {},
  elementwise: true,
  slots: 0,
  sees: [],
  direction: (_self, g) => g,
  answer: null,
  stability: () => 2.0,
};

const adaDelta: ElementRule = {
  name: "ada_delta",
  label: "AdaDelta",
  about: "Gradients scaled by the ratio of recent steps to recent gradients, so that p has the units of w; meant for eta 1.",
  defaults: { rho: 0.9, eps: 1e-06 },
  elementwise: true,
  slots: 2,
  sees: [],
  direction: (self, g, memory) => {
    memory[0] = self.rho * memory[0] + (1.0 - self.rho) * g * g;
    const p = g * Math.sqrt(memory[1] + self.eps) / Math.sqrt(memory[0] + self.eps);
    memory[1] = self.rho * memory[1] + (1.0 - self.rho) * p * p;
    return p;
  },
  answer: null,
  stability: null,
};

const adaGrad: ElementRule = {
  name: "ada_grad",
  label: "AdaGrad",
  about: "Steps divided by the root of all squared slopes so far: v <- v + g^2, p = g / (sqrt(v) + eps).",
  defaults: { eps: 1e-10 },
  elementwise: true,
  slots: 1,
  sees: [],
  direction: (self, g, memory) => {
    memory[0] = memory[0] + g * g;
    return g / (Math.sqrt(memory[0]) + self.eps);
  },
  answer: null,
  stability: null,
};

const lion: ElementRule = {
  name: "lion",
  label: "Lion",
  about: "The sign of a mean of slopes: p = sign(beta1 m + (1 - beta1) g) + decay w, then m <- beta2 m + (1 - beta2) g.",
  defaults: { beta1: 0.9, beta2: 0.99, decay: 0.0 },
  elementwise: true,
  slots: 1,
  sees: ["weights"],
  direction: (self, g, memory) => {
    const p = Math.sign(self.beta1 * memory[0] + (1.0 - self.beta1) * g) + self.decay * memory[1];
    memory[0] = self.beta2 * memory[0] + (1.0 - self.beta2) * g;
    return p;
  },
  answer: null,
  stability: null,
};

const rmsprop: ElementRule = {
  name: "rmsprop",
  label: "RMSProp",
  about: "Slopes divided by the root of their recent mean square: v <- alpha v + (1 - alpha) g^2, p = g / (sqrt(v) + eps).",
  defaults: { alpha: 0.99, eps: 1e-08, centred: 0 },
  elementwise: true,
  slots: 2,
  sees: [],
  direction: (self, g, memory) => {
    memory[0] = self.alpha * memory[0] + (1.0 - self.alpha) * g * g;
    memory[1] = self.alpha * memory[1] + self.centred * (1.0 - self.alpha) * g;
    return g / (Math.sqrt(Math.max(memory[0] - memory[1] * memory[1], 0.0)) + self.eps);
  },
  answer: null,
  stability: null,
};

const amsgrad: ElementRule = {
  name: "amsgrad",
  label: "AMSGrad",
  about: "Adam whose measure of size never falls: u <- max(u, v), p = mhat / (sqrt(u / (1 - beta2^t)) + eps).",
  defaults: { beta1: 0.9, beta2: 0.999, eps: 1e-08, textbook: 0 },
  elementwise: true,
  slots: 3,
  sees: [],
  direction: (self, g, memory, t) => {
    memory[0] = self.beta1 * memory[0] + (1.0 - self.beta1) * g;
    memory[1] = self.beta2 * memory[1] + (1.0 - self.beta2) * g * g;
    memory[2] = Math.max(memory[2], memory[1]);
    const corrected = 1 - self.textbook;
    const size = Math.sqrt(memory[2]) / Math.sqrt(1.0 - corrected * Math.pow(self.beta2, t)) + self.eps;
    return memory[0] / (1.0 - corrected * Math.pow(self.beta1, t)) / size;
  },
  answer: null,
  stability: null,
};

const adaMax: ElementRule = {
  name: "ada_max",
  label: "AdaMax",
  about: "Adam in the largest norm: u <- max(beta2 u, |g| + eps), p = m / (1 - beta1^t) / u.",
  defaults: { beta1: 0.9, beta2: 0.999, eps: 1e-08 },
  elementwise: true,
  slots: 2,
  sees: [],
  direction: (self, g, memory, t) => {
    memory[0] = self.beta1 * memory[0] + (1.0 - self.beta1) * g;
    memory[1] = Math.max(self.beta2 * memory[1], Math.abs(g) + self.eps);
    return memory[0] / (1.0 - Math.pow(self.beta1, t)) / memory[1];
  },
  answer: null,
  stability: null,
};

const adam: ElementRule = {
  name: "adam",
  label: "Adam",
  about: "Mean slope over root mean square slope: p = mhat / (sqrt(vhat) + eps).",
  defaults: { beta1: 0.9, beta2: 0.999, eps: 1e-08 },
  elementwise: true,
  slots: 2,
  sees: [],
  direction: (self, g, memory, t) => {
    memory[0] = self.beta1 * memory[0] + (1.0 - self.beta1) * g;
    memory[1] = self.beta2 * memory[1] + (1.0 - self.beta2) * g * g;
    const size = Math.sqrt(memory[1]) / Math.sqrt(1.0 - Math.pow(self.beta2, t)) + self.eps;
    return memory[0] / (1.0 - Math.pow(self.beta1, t)) / size;
  },
  answer: null,
  stability: null,
};

const adamw: ElementRule = {
  name: "adamw",
  label: "AdamW",
  about: "Adam with decoupled weight decay: p = mhat / (sqrt(vhat) + eps) + decay w, and the intercept is not decayed.",
  defaults: { beta1: 0.9, beta2: 0.999, eps: 1e-08, decay: 0.01 },
  elementwise: true,
  slots: 2,
  sees: ["weights"],
  direction: (self, g, memory, t) => {
    memory[0] = self.beta1 * memory[0] + (1.0 - self.beta1) * g;
    memory[1] = self.beta2 * memory[1] + (1.0 - self.beta2) * g * g;
    const size = Math.sqrt(memory[1]) / Math.sqrt(1.0 - Math.pow(self.beta2, t)) + self.eps;
    return memory[0] / (1.0 - Math.pow(self.beta1, t)) / size + self.decay * memory[2];
  },
  answer: null,
  stability: null,
};

const nadam: ElementRule = {
  name: "nadam",
  label: "Nadam",
  about: "Adam with Nesterov's momentum: the mean slope of the next step, as far as it is known, in place of this one's.",
  defaults: { beta1: 0.9, beta2: 0.999, eps: 1e-08, warmup: 0.004, textbook: 0 },
  elementwise: true,
  slots: 3,
  sees: [],
  direction: (self, g, memory, t) => {
    const low = 0.5 * (1 - self.textbook);
    const mu = self.beta1 * (1.0 - low * Math.pow(0.96, self.warmup * t));
    const after = self.beta1 * (1.0 - low * Math.pow(0.96, self.warmup * (t + 1)));
    memory[0] = self.beta1 * memory[0] + (1.0 - self.beta1) * g;
    memory[1] = self.beta2 * memory[1] + (1.0 - self.beta2) * g * g;
    const product = mu * (1.0 - memory[2]);
    memory[2] = 1.0 - product;
    const mean = after * memory[0] / (1.0 - after * product) + (1.0 - mu) * g / memory[2];
    return mean / (Math.sqrt(memory[1] / (1.0 - Math.pow(self.beta2, t))) + self.eps);
  },
  answer: null,
  stability: null,
};

const dowg: WholeRule = {
  name: "dowg",
  label: "DoWG",
  about: "Steepest descent whose length comes from the distance travelled: p = g r^2 / sqrt(v); meant for eta 1.",
  defaults: { r0: 0.01, eps: 0.0 },
  elementwise: false,
  slots: 3,
  sees: ["point"],
  direction: (self, g, memory, t) => {
    if (t === 1) {
      memory[0] = each(g.length, (j) => memory[3][j]);
    }
    const moved = each(g.length, (j) => memory[3][j] - memory[0][j]);
    const sum1 = sum(g.length, (j) => moved[j] * moved[j]);
    memory[1] = each(g.length, (j) => Math.max(Math.max(memory[1][j], sum1), self.r0 * self.r0));
    const sum2 = sum(g.length, (j) => g[j] * g[j]);
    memory[2] = each(g.length, (j) => memory[2][j] + memory[1][j] * sum2);
    return each(g.length, (j) => g[j] * (memory[1][j] / Math.max(Math.sqrt(memory[2][j]) + self.eps, 1e-300)));
  },
  answer: null,
  stability: null,
};

const prodigy: WholeRule = {
  name: "prodigy",
  label: "Prodigy",
  about: "Adam that estimates its own step: d grows to the distance to the optimum, and p = d m / (sqrt(v) + d eps).",
  defaults: { beta1: 0.9, beta2: 0.999, eps: 1e-08, d0: 1e-06, corrected: 0 },
  elementwise: false,
  slots: 6,
  sees: ["rate", "point"],
  direction: (self, g, memory, t) => {
    if (t === 1) {
      memory[0] = each(g.length, (j) => memory[7][j]);
    }
    const d = each(g.length, (j) => Math.max(memory[5][j], self.d0));
    const share = Math.sqrt(1.0 - self.corrected * Math.pow(self.beta2, t)) / (1.0 - self.corrected * Math.pow(self.beta1, t));
    memory[1] = each(g.length, (j) => self.beta1 * memory[1][j] + (1.0 - self.beta1) * d[j] * g[j]);
    memory[2] = each(g.length, (j) => self.beta2 * memory[2][j] + (1.0 - self.beta2) * d[j] * d[j] * g[j] * g[j]);
    const weight = each(g.length, (j) => share * memory[6][j] * d[j] * d[j]);
    const kept = Math.sqrt(self.beta2);
    memory[3] = each(g.length, (j) => kept * memory[3][j] + weight[j] * g[j]);
    const sum1 = sum(g.length, (j) => g[j] * (memory[0][j] - memory[7][j]));
    memory[4] = each(g.length, (j) => kept * memory[4][j] + weight[j] * sum1);
    const sum2 = sum(g.length, (j) => Math.abs(memory[3][j]));
    memory[5] = each(g.length, (j) => Math.max(d[j], memory[4][j] / Math.max(sum2, 1e-300)));
    return each(g.length, (j) => share * d[j] * memory[1][j] / (Math.sqrt(memory[2][j]) + d[j] * self.eps));
  },
  answer: null,
  stability: null,
};

const scheduleFree: ElementRule = {
  name: "schedule_free",
  label: "schedule-free",
  about: "Plain steps z, their mean x, and gradients between the two: as fast as a tuned schedule of known length.",
  defaults: { beta: 0.9 },
  elementwise: true,
  slots: 2,
  sees: ["rate", "point"],
  direction: (self, g, memory, t) => {
    const rate = memory[2];
    const y = memory[3];
    if (t === 1) {
      memory[0] = y;
    }
    const x = y + (1.0 / self.beta - 1.0) * (y - memory[0]);
    memory[0] = memory[0] - rate * g;
    memory[1] = memory[1] + rate * rate;
    return (1.0 - self.beta) * g + self.beta * (x - memory[0]) * (rate / Math.max(memory[1], 1e-300));
  },
  answer: (self, at, memory) => at + (1.0 / self.beta - 1.0) * (at - memory[0]),
  stability: null,
};

export const rules: Readonly<Record<string, Rule>> = {
  accelerated: accelerated,
  momentum: momentum,
  nesterov: nesterov,
  plain: plain,
  ada_delta: adaDelta,
  ada_grad: adaGrad,
  lion: lion,
  rmsprop: rmsprop,
  amsgrad: amsgrad,
  ada_max: adaMax,
  adam: adam,
  adamw: adamw,
  nadam: nadam,
  dowg: dowg,
  prodigy: prodigy,
  schedule_free: scheduleFree,
};

export const untranslatedRules: readonly Untranslated[] = [
  { name: "newton", label: "Newton", reason: "needs second derivatives of the cost" },
  { name: "secant", label: "secant", reason: "needs second derivatives of the cost" },
  { name: "spectral", label: "spectral", reason: "needs second derivatives of the cost" },
  { name: "whitened", label: "whitened", reason: "needs second derivatives of the cost" },
  { name: "anderson", label: "Anderson", reason: "needs whole arrays" },
];

const mse: Loss = {
  name: "mse",
  label: "MSE",
  about: "Squared error without the half, l(z, y) = (z - y)^2: its mean over rows is the mean squared error.",
  defaults: {},
  formula: "mean (z - y)^2",
  curvature: 2.0,
  quadratic: true,
  labels: false,
  positive: false,
  attained: true,
  nonsmooth: false,
  likelihood: false,
  value: (_self, z, y) => (z - y) * (z - y),
  slope: (_self, z, y) => 2.0 * (z - y),
  secondDerivative: (_self, z, y) => 0.0 * (z - y) + 2.0,
  inverse: (_, z) => z,
  jumps: null,
  values: (self, z, y, out, size) => {
    for (let i = 0; i < size; i++) out[i] = mse.value(self, z[i], y[i]);
  },
  slopes: (self, z, y, out, size) => {
    for (let i = 0; i < size; i++) out[i] = mse.slope(self, z[i], y[i]);
  },
  secondDerivatives: (self, z, y, out, size) => {
    for (let i = 0; i < size; i++) out[i] = mse.secondDerivative(self, z[i], y[i]);
  },
};

const squaredError: Loss = {
  name: "squared_error",
  label: "squared error",
  about: "Half the squared error, l(z, y) = (z - y)^2 / 2: the convention of scikit-learn's SGD and of most textbooks.",
  defaults: {},
  formula: "mean (z - y)^2 / 2",
  curvature: 1.0,
  quadratic: true,
  labels: false,
  positive: false,
  attained: true,
  nonsmooth: false,
  likelihood: false,
  value: (_self, z, y) => 0.5 * (z - y) * (z - y),
  slope: (_self, z, y) => z - y,
  secondDerivative: (_self, z, y) => 0.0 * (z - y) + 1.0,
  inverse: (_, z) => z,
  jumps: null,
  values: (self, z, y, out, size) => {
    for (let i = 0; i < size; i++) out[i] = squaredError.value(self, z[i], y[i]);
  },
  slopes: (self, z, y, out, size) => {
    for (let i = 0; i < size; i++) out[i] = squaredError.slope(self, z[i], y[i]);
  },
  secondDerivatives: (self, z, y, out, size) => {
    for (let i = 0; i < size; i++) out[i] = squaredError.secondDerivative(self, z[i], y[i]);
  },
};

const huber: Loss = {
  name: "huber",
  label: "Huber",
  about: "Huber's loss: half the squared error up to delta, linear beyond.",
  defaults: { delta: 1.35 },
  formula: "mean of r^2 / 2, or delta (|r| - delta / 2) where |r| > delta, r = z - y",
  curvature: 1.0,
  quadratic: false,
  labels: false,
  positive: false,
  attained: true,
  nonsmooth: false,
  likelihood: false,
  value: (self, z, y) => {
    const r = Math.abs(z - y);
    const c = Math.min(r, self.delta);
    return c * (r - 0.5 * c);
  },
  slope: (self, z, y) => Math.min(Math.max(z - y, -self.delta), self.delta),
  secondDerivative: (self, z, y) => Math.abs(z - y) <= self.delta ? 1.0 : 0.0,
  inverse: (_, z) => z,
  jumps: null,
  values: (self, z, y, out, size) => {
    for (let i = 0; i < size; i++) out[i] = huber.value(self, z[i], y[i]);
  },
  slopes: (self, z, y, out, size) => {
    for (let i = 0; i < size; i++) out[i] = huber.slope(self, z[i], y[i]);
  },
  secondDerivatives: (self, z, y, out, size) => {
    for (let i = 0; i < size; i++) out[i] = huber.secondDerivative(self, z[i], y[i]);
  },
};

const squaredEpsilonInsensitive: Loss = {
  name: "squared_epsilon_insensitive",
  label: "squared epsilon-insensitive",
  about: "Squared error beyond epsilon: l(z, y) = max(0, |z - y| - epsilon)^2; with epsilon = 0 that of MSE.",
  defaults: { epsilon: 0.1 },
  formula: "mean max(0, |z - y| - epsilon)^2",
  curvature: 2.0,
  quadratic: false,
  labels: false,
  positive: false,
  attained: true,
  nonsmooth: false,
  likelihood: false,
  value: (self, z, y) => {
    const a = Math.max(Math.abs(z - y) - self.epsilon, 0.0);
    return a * a;
  },
  slope: (self, z, y) => 2.0 * (Math.max(z - y - self.epsilon, 0.0) + Math.min(z - y + self.epsilon, 0.0)),
  secondDerivative: (self, z, y) => Math.abs(z - y) > self.epsilon ? 2.0 : 0.0,
  inverse: (_, z) => z,
  jumps: null,
  values: (self, z, y, out, size) => {
    for (let i = 0; i < size; i++) out[i] = squaredEpsilonInsensitive.value(self, z[i], y[i]);
  },
  slopes: (self, z, y, out, size) => {
    for (let i = 0; i < size; i++) out[i] = squaredEpsilonInsensitive.slope(self, z[i], y[i]);
  },
  secondDerivatives: (self, z, y, out, size) => {
    for (let i = 0; i < size; i++) out[i] = squaredEpsilonInsensitive.secondDerivative(self, z[i], y[i]);
  },
};

const epsilonInsensitive: Loss = {
  name: "epsilon_insensitive",
  label: "epsilon-insensitive",
  about: "Absolute error beyond epsilon: l(z, y) = max(0, |z - y| - epsilon), that of support vector regression.",
  defaults: { epsilon: 0.1 },
  formula: "mean max(0, |z - y| - epsilon)",
  curvature: Infinity,
  quadratic: false,
  labels: false,
  positive: false,
  attained: true,
  nonsmooth: true,
  likelihood: false,
  value: (self, z, y) => Math.max(Math.abs(z - y) - self.epsilon, 0.0),
  slope: (self, z, y) => (z - y > self.epsilon ? 1.0 : 0.0) - (y - z > self.epsilon ? 1.0 : 0.0),
  secondDerivative: (_self, z, y) => 0.0 * (z - y),
  inverse: (_, z) => z,
  jumps: (self, y) => [[y - self.epsilon, 1.0], [y + self.epsilon, 1.0]],
  values: (self, z, y, out, size) => {
    for (let i = 0; i < size; i++) out[i] = epsilonInsensitive.value(self, z[i], y[i]);
  },
  slopes: (self, z, y, out, size) => {
    for (let i = 0; i < size; i++) out[i] = epsilonInsensitive.slope(self, z[i], y[i]);
  },
  secondDerivatives: (self, z, y, out, size) => {
    for (let i = 0; i < size; i++) out[i] = epsilonInsensitive.secondDerivative(self, z[i], y[i]);
  },
};

const quantile: Loss = {
  name: "quantile",
  label: "quantile",
  about: "Pinball loss, whose best constant is the q-quantile: l(z, y) = q (y - z), or (1 - q) (z - y) where z > y.",
  defaults: { q: 0.5 },
  formula: "mean of q (y - z), or (1 - q) (z - y) where z > y",
  curvature: Infinity,
  quadratic: false,
  labels: false,
  positive: false,
  attained: true,
  nonsmooth: true,
  likelihood: false,
  value: (self, z, y) => Math.max(self.q * (y - z), (1.0 - self.q) * (z - y)),
  slope: (self, z, y) => (z < y ? -self.q : 0.0) + (z > y ? 1.0 - self.q : 0.0),
  secondDerivative: (_self, z, y) => 0.0 * (z - y),
  inverse: (_, z) => z,
  jumps: (_self, y) => [[y, 1.0]],
  values: (self, z, y, out, size) => {
    for (let i = 0; i < size; i++) out[i] = quantile.value(self, z[i], y[i]);
  },
  slopes: (self, z, y, out, size) => {
    for (let i = 0; i < size; i++) out[i] = quantile.slope(self, z[i], y[i]);
  },
  secondDerivatives: (self, z, y, out, size) => {
    for (let i = 0; i < size; i++) out[i] = quantile.secondDerivative(self, z[i], y[i]);
  },
};

const poisson: Loss = {
  name: "poisson",
  label: "Poisson",
  about: "Half the Poisson deviance of a count y >= 0 with mean exp(z): l(z, y) = exp(z) - y z + y log y - y.",
  defaults: {},
  formula: "half the mean Poisson deviance, z = log of the mean",
  curvature: Infinity,
  quadratic: false,
  labels: false,
  positive: true,
  attained: false,
  nonsmooth: false,
  likelihood: true,
  value: (_self, z, y) => {
    const u = z - Math.log(y > 0.0 ? y : 1.0);
    const c = Math.min(Math.max(u, -1.0), 1.0);
    return y > 0.0 && u === c ? y * (Math.expm1(c) - c) : Math.exp(z) - y * (1.0 + u);
  },
  slope: (_self, z, y) => Math.exp(z) - y,
  secondDerivative: (_self, z, y) => Math.exp(z) + 0.0 * y,
  inverse: (_self, z) => Math.exp(z),
  jumps: null,
  values: (self, z, y, out, size) => {
    for (let i = 0; i < size; i++) out[i] = poisson.value(self, z[i], y[i]);
  },
  slopes: (self, z, y, out, size) => {
    for (let i = 0; i < size; i++) out[i] = poisson.slope(self, z[i], y[i]);
  },
  secondDerivatives: (self, z, y, out, size) => {
    for (let i = 0; i < size; i++) out[i] = poisson.secondDerivative(self, z[i], y[i]);
  },
};

const gamma: Loss = {
  name: "gamma",
  label: "gamma",
  about: "Half the gamma deviance of an amount y > 0 with mean exp(z): l(z, y) = u + exp(-u) - 1 with u = z - log y.",
  defaults: {},
  formula: "half the mean gamma deviance, z = log of the mean",
  curvature: Infinity,
  quadratic: false,
  labels: false,
  positive: true,
  attained: true,
  nonsmooth: false,
  likelihood: false,
  value: (_self, z, y) => {
    const u = z - Math.log(y);
    return u + Math.expm1(-u);
  },
  slope: (_self, z, y) => 1.0 - y * Math.exp(-z),
  secondDerivative: (_self, z, y) => y * Math.exp(-z),
  inverse: (_self, z) => Math.exp(z),
  jumps: null,
  values: (self, z, y, out, size) => {
    for (let i = 0; i < size; i++) out[i] = gamma.value(self, z[i], y[i]);
  },
  slopes: (self, z, y, out, size) => {
    for (let i = 0; i < size; i++) out[i] = gamma.slope(self, z[i], y[i]);
  },
  secondDerivatives: (self, z, y, out, size) => {
    for (let i = 0; i < size; i++) out[i] = gamma.secondDerivative(self, z[i], y[i]);
  },
};

const tweedie: Loss = {
  name: "tweedie",
  label: "Tweedie",
  about: "Half the Tweedie deviance of an amount y >= 0, often exactly 0, with mean exp(z); 1 < power < 2.",
  defaults: { power: 1.5 },
  formula: "half the mean Tweedie deviance, z = log of the mean",
  curvature: Infinity,
  quadratic: false,
  labels: false,
  positive: true,
  attained: false,
  nonsmooth: false,
  likelihood: false,
  value: (self, z, y) => {
    const a = 2.0 - self.power;
    const b = self.power - 1.0;
    const level = Math.log(y > 0.0 ? y : 1.0);
    const u = y > 0.0 ? z - level : 0.0;
    const scale = Math.exp(a * level);
    const c = Math.min(Math.max(u, -1.0), 1.0);
    const near = scale * (Math.expm1(a * c) / a + Math.expm1(-b * c) / b);
    const known = u === c ? near : Math.exp(a * z) / a + Math.exp(a * level - b * u) / b - scale / (a * b);
    return y > 0.0 ? known : Math.exp(a * z) / a;
  },
  slope: (self, z, y) => Math.exp((2.0 - self.power) * z) - y * Math.exp(y > 0.0 ? (1.0 - self.power) * z : 0.0),
  secondDerivative: (self, z, y) => {
    const a = 2.0 - self.power;
    const b = self.power - 1.0;
    return a * Math.exp(a * z) + b * y * Math.exp(y > 0.0 ? -b * z : 0.0);
  },
  inverse: (_self, z) => Math.exp(z),
  jumps: null,
  values: (self, z, y, out, size) => {
    for (let i = 0; i < size; i++) out[i] = tweedie.value(self, z[i], y[i]);
  },
  slopes: (self, z, y, out, size) => {
    for (let i = 0; i < size; i++) out[i] = tweedie.slope(self, z[i], y[i]);
  },
  secondDerivatives: (self, z, y, out, size) => {
    for (let i = 0; i < size; i++) out[i] = tweedie.secondDerivative(self, z[i], y[i]);
  },
};

const hinge: Loss = {
  name: "hinge",
  label: "hinge",
  about: "Hinge loss of a class y in {0, 1}: l(z, y) = max(0, 1 - s z) with s = 2 y - 1; with an L2 penalty the linear SVM.",
  defaults: {},
  formula: "mean max(0, 1 - s z)",
  curvature: Infinity,
  quadratic: false,
  labels: true,
  positive: false,
  attained: true,
  nonsmooth: true,
  likelihood: false,
  value: (_self, z, y) => Math.max(1.0 - (2.0 * y - 1.0) * z, 0.0),
  slope: (_self, z, y) => {
    const s = 2.0 * y - 1.0;
    return s * z < 1.0 ? -s : 0.0;
  },
  secondDerivative: (_self, z, y) => 0.0 * (z - y),
  inverse: (_, z) => z,
  jumps: (_self, y) => [[2.0 * y - 1.0, 1.0]],
  values: (self, z, y, out, size) => {
    for (let i = 0; i < size; i++) out[i] = hinge.value(self, z[i], y[i]);
  },
  slopes: (self, z, y, out, size) => {
    for (let i = 0; i < size; i++) out[i] = hinge.slope(self, z[i], y[i]);
  },
  secondDerivatives: (self, z, y, out, size) => {
    for (let i = 0; i < size; i++) out[i] = hinge.secondDerivative(self, z[i], y[i]);
  },
};

const logLoss: Loss = {
  name: "log_loss",
  label: "log loss",
  about: "Logistic loss (cross-entropy) of a class y in {0, 1}: l(z, y) = log(1 + exp(-s z)) with s = 2 y - 1.",
  defaults: {},
  formula: "mean log loss",
  curvature: 0.25,
  quadratic: false,
  labels: true,
  positive: false,
  attained: false,
  nonsmooth: false,
  likelihood: true,
  value: (_self, z, y) => {
    const m = (2.0 * y - 1.0) * z;
    return log1pUnit(expMinus(Math.abs(m))) + Math.max(-m, 0.0);
  },
  slope: (_self, z, y) => {
    const s = 2.0 * y - 1.0;
    const m = s * z;
    const e = expMinus(Math.abs(m));
    return -s * (m > 0.0 ? e : 1.0) / (1.0 + e);
  },
  secondDerivative: (_self, z) => {
    const e = expMinus(Math.abs(z));
    return e / ((1.0 + e) * (1.0 + e));
  },
  inverse: (_, z) => logistic(z),
  jumps: null,
  values: (self, z, y, out, size) => {
    for (let i = 0; i < size; i++) out[i] = logLoss.value(self, z[i], y[i]);
  },
  slopes: (self, z, y, out, size) => {
    for (let i = 0; i < size; i++) out[i] = logLoss.slope(self, z[i], y[i]);
  },
  secondDerivatives: (self, z, y, out, size) => {
    for (let i = 0; i < size; i++) out[i] = logLoss.secondDerivative(self, z[i], y[i]);
  },
};

const modifiedHuber: Loss = {
  name: "modified_huber",
  label: "modified Huber",
  about: "Squared hinge loss, but a line where s z < -1: l(z, y) = max(0, 1 - s z)^2, or -4 s z there.",
  defaults: {},
  formula: "mean of max(0, 1 - s z)^2, or -4 s z where s z < -1",
  curvature: 2.0,
  quadratic: false,
  labels: true,
  positive: false,
  attained: true,
  nonsmooth: false,
  likelihood: false,
  value: (_self, z, y) => {
    const a = Math.max(1.0 - (2.0 * y - 1.0) * z, 0.0);
    const b = Math.min(a, 2.0);
    return b * (2.0 * a - b);
  },
  slope: (_self, z, y) => {
    const s = 2.0 * y - 1.0;
    return -2.0 * s * Math.min(Math.max(1.0 - s * z, 0.0), 2.0);
  },
  secondDerivative: (_self, z, y) => (Math.abs(z) < 1.0 ? 2.0 : 0.0) + 0.0 * y,
  inverse: (_, z) => z,
  jumps: null,
  values: (self, z, y, out, size) => {
    for (let i = 0; i < size; i++) out[i] = modifiedHuber.value(self, z[i], y[i]);
  },
  slopes: (self, z, y, out, size) => {
    for (let i = 0; i < size; i++) out[i] = modifiedHuber.slope(self, z[i], y[i]);
  },
  secondDerivatives: (self, z, y, out, size) => {
    for (let i = 0; i < size; i++) out[i] = modifiedHuber.secondDerivative(self, z[i], y[i]);
  },
};

const squaredHinge: Loss = {
  name: "squared_hinge",
  label: "squared hinge",
  about: "Squared hinge loss of a class y in {0, 1}: l(z, y) = max(0, 1 - s z)^2 with s = 2 y - 1.",
  defaults: {},
  formula: "mean max(0, 1 - s z)^2",
  curvature: 2.0,
  quadratic: false,
  labels: true,
  positive: false,
  attained: true,
  nonsmooth: false,
  likelihood: false,
  value: (_self, z, y) => {
    const a = Math.max(1.0 - (2.0 * y - 1.0) * z, 0.0);
    return a * a;
  },
  slope: (_self, z, y) => {
    const s = 2.0 * y - 1.0;
    return -2.0 * s * Math.max(1.0 - s * z, 0.0);
  },
  secondDerivative: (_self, z, y) => (2.0 * y - 1.0) * z < 1.0 ? 2.0 : 0.0,
  inverse: (_, z) => z,
  jumps: null,
  values: (self, z, y, out, size) => {
    for (let i = 0; i < size; i++) out[i] = squaredHinge.value(self, z[i], y[i]);
  },
  slopes: (self, z, y, out, size) => {
    for (let i = 0; i < size; i++) out[i] = squaredHinge.slope(self, z[i], y[i]);
  },
  secondDerivatives: (self, z, y, out, size) => {
    for (let i = 0; i < size; i++) out[i] = squaredHinge.secondDerivative(self, z[i], y[i]);
  },
};

const perceptron: Loss = {
  name: "perceptron",
  label: "perceptron",
  about: "Perceptron loss of a class y in {0, 1}: l(z, y) = max(0, -s z) with s = 2 y - 1, the hinge loss without a margin.",
  defaults: {},
  formula: "mean max(0, -s z)",
  curvature: Infinity,
  quadratic: false,
  labels: true,
  positive: false,
  attained: true,
  nonsmooth: true,
  likelihood: false,
  value: (_self, z, y) => Math.max((1.0 - 2.0 * y) * z, 0.0),
  slope: (_self, z, y) => {
    const s = 2.0 * y - 1.0;
    return s * z <= 0.0 ? -s : 0.0;
  },
  secondDerivative: (_self, z, y) => 0.0 * (z - y),
  inverse: (_, z) => z,
  jumps: (_self, y) => [[0.0 * y, 1.0]],
  values: (self, z, y, out, size) => {
    for (let i = 0; i < size; i++) out[i] = perceptron.value(self, z[i], y[i]);
  },
  slopes: (self, z, y, out, size) => {
    for (let i = 0; i < size; i++) out[i] = perceptron.slope(self, z[i], y[i]);
  },
  secondDerivatives: (self, z, y, out, size) => {
    for (let i = 0; i < size; i++) out[i] = perceptron.secondDerivative(self, z[i], y[i]);
  },
};

export const losses: Readonly<Record<string, Loss>> = {
  mse: mse,
  squared_error: squaredError,
  huber: huber,
  squared_epsilon_insensitive: squaredEpsilonInsensitive,
  epsilon_insensitive: epsilonInsensitive,
  quantile: quantile,
  poisson: poisson,
  gamma: gamma,
  tweedie: tweedie,
  hinge: hinge,
  log_loss: logLoss,
  modified_huber: modifiedHuber,
  squared_hinge: squaredHinge,
  perceptron: perceptron,
};

export const untranslatedLosses: readonly Untranslated[] = [
  { name: "probit", label: "probit", reason: "calls log_normal_cdf, which has no translation" },
];

const constant: Schedule = {
  name: "constant",
  label: "constant",
  about: "The same learning rate at every step: eta_t = eta.",
  defaults: { eta: 0.01 },
  rate: (self) => self.eta,
};

const exponentialDecay: Schedule = {
  name: "exponential_decay",
  label: "exponential decay",
  about: "Falling by a fixed factor a step: eta_t = eta decay^(t - 1).",
  defaults: { eta: 0.01, decay: 0.999 },
  rate: (self, t) => self.eta * Math.pow(self.decay, t - 1),
};

const inverseScaling: Schedule = {
  name: "inverse_scaling",
  label: "inverse scaling",
  about: "Falling like a power of t: eta_t = eta / t^power (scikit-learn's \"invscaling\").",
  defaults: { eta: 0.01, power: 0.25 },
  rate: (self, t) => self.eta / Math.pow(t, self.power),
};

const inverseTime: Schedule = {
  name: "inverse_time",
  label: "inverse time",
  about: "Constant at first, later falling like 1/t: eta_t = eta / (1 + decay (t - 1)).",
  defaults: { eta: 0.01, decay: 0.001 },
  rate: (self, t) => self.eta / (1.0 + self.decay * (t - 1)),
};

const silver: Schedule = {
  name: "silver",
  label: "silver",
  about: "Silver steps: eta_t = eta (1 + rho^(v - 1)), rho = 1 + sqrt(2), 2^v the largest power of 2 that divides t.",
  defaults: { eta: 0.01 },
  rate: (self, t) => self.eta * (1.0 + Math.pow(2.414213562373095, Math.log2(t & -t) - 1.0)),
};

const stepDecay: Schedule = {
  name: "step_decay",
  label: "step decay",
  about: "Stairs: eta_t = eta factor^floor((t - 1) / every).",
  defaults: { eta: 0.01, every: 1000, factor: 0.5 },
  rate: (self, t) => self.eta * Math.pow(self.factor, quotient(t - 1, self.every)),
};

const cosine: Schedule = {
  name: "cosine",
  label: "cosine",
  about: "Half a cosine from eta down to a floor: eta_t = floor + (eta - floor) (1 + cos(pi (t - 1) / steps)) / 2.",
  defaults: { eta: 0.01, steps: 1000, floor: 0.0 },
  rate: (self, t) => {
    const done = Math.min(1.0, (t - 1) / self.steps);
    return self.floor + (self.eta - self.floor) * 0.5 * (1.0 + Math.cos(Math.PI * done));
  },
};

const cyclical: Schedule = {
  name: "cyclical",
  label: "cyclical",
  about: "A triangle again and again: eta_t = floor + (eta - floor) (1 - |1 - u|), u = ((t - 1) / half) mod 2.",
  defaults: { eta: 0.01, half: 1000, floor: 0.0001 },
  rate: (self, t) => {
    const u = remainder(t - 1, 2 * self.half) / self.half;
    return self.floor + (self.eta - self.floor) * (1.0 - Math.abs(1.0 - u));
  },
};

const oneCycle: Schedule = {
  name: "one_cycle",
  label: "one cycle",
  about: "One cycle: up to eta and down to a rate near 0, each by half a cosine.",
  defaults: { eta: 0.01, steps: 1000, rise: 0.3, start: 25.0, end: 10000.0 },
  rate: (self, t) => {
    const u = Math.min(t - 1, self.steps - 1);
    const top = self.rise * self.steps - 1.0;
    const low = self.eta / self.start;
    if (u <= top) {
      return low + (self.eta - low) * 0.5 * (1.0 - Math.cos(Math.PI * u / top));
    }
    const done = (u - top) / (self.steps - 1.0 - top);
    const last = low / self.end;
    return last + (self.eta - last) * 0.5 * (1.0 + Math.cos(Math.PI * done));
  },
};

const warmUp: Schedule = {
  name: "warm_up",
  label: "warm-up",
  about: "A straight line up to eta, eta_t = eta t / warm; then eta, or half a cosine down to a floor at update steps.",
  defaults: { eta: 0.01, warm: 100, steps: 0, floor: 0.0 },
  rate: (self, t) => {
    if (t <= self.warm) {
      return self.eta * (t / self.warm);
    }
    if (self.steps <= self.warm) {
      return 1.0 * self.eta;
    }
    const done = Math.min(1.0, (t - self.warm) / (self.steps - self.warm));
    return self.floor + (self.eta - self.floor) * 0.5 * (1.0 + Math.cos(Math.PI * done));
  },
};

export const schedules: Readonly<Record<string, Schedule>> = {
  constant: constant,
  exponential_decay: exponentialDecay,
  inverse_scaling: inverseScaling,
  inverse_time: inverseTime,
  silver: silver,
  step_decay: stepDecay,
  cosine: cosine,
  cyclical: cyclical,
  one_cycle: oneCycle,
  warm_up: warmUp,
};

export const untranslatedSchedules: readonly Untranslated[] = [
  { name: "backtracking", label: "backtracking", reason: "searches along each step" },
  { name: "exact_line", label: "exact line", reason: "searches along each step" },
  { name: "adgd", label: "AdGD", reason: "changes with the gradients of the descent" },
  { name: "barzilai_borwein", label: "Barzilai-Borwein", reason: "changes with the gradients of the descent" },
  { name: "polyak", label: "Polyak", reason: "changes with the gradients of the descent" },
];

export const samplings = ["shuffle", "replacement", "sequential"] as const;

/** Scramble 32 bits, one to one (constants of the low-bias hash of C. Wellons' search). */
export function mix(x: number): number {
  x = x >>> 0;
  x = (x ^ x >>> 16) >>> 0;
  x = Math.imul(x, 2146121005) >>> 0;
  x = (x ^ x >>> 15) >>> 0;
  x = Math.imul(x, 2221713035) >>> 0;
  return (x ^ x >>> 16) >>> 0;
}

/** Draw number i of the stream with the key (low, high), 32 bits each: a whole number in 0 .. m - 1. */
export function below(m: number, i: number, low: number, high: number): number {
  return Math.floor(mix(mix((i ^ low) >>> 0) + high) * m / 4294967296);
}

/** Bring order[first:end] into uniformly random order (Fisher and Yates). */
export function shuffle(order: Int32Array, first: number, end: number, low: number, high: number): void {
  for (let i = end - 1; i > first; i--) {
    const j = first + below(i - first + 1, i, low, high);
    const new0 = order[j];
    const new1 = order[i];
    order[i] = new0;
    order[j] = new1;
  }
}

/** Shuffle blocks of neighbours, then the rows inside each buffer of blocks. */
export function shuffleBlocks(order: Int32Array, low: number, high: number): void {
  const n = order.length;
  const blocks = new Int32Array(quotient(n + 64 - 1, 64));
  for (let i = 0; i < blocks.length; i++) {
    blocks[i] = i;
  }
  shuffle(blocks, 0, blocks.length, (low ^ 625341585) >>> 0, high);
  let place = 0;
  for (const b of blocks) {
    let first = Math.trunc(b) * 64;
    for (let i = first; i < Math.min(n, first + 64); i++) {
      order[place] = i;
      place = place + 1;
    }
  }
  for (let first = 0; first < n; first += 2048) {
    shuffle(order, first, Math.min(n, first + 2048), low, high);
  }
}

/** Write the n row numbers of one epoch into order; sampling counts the names in SAMPLINGS. */
export function fillOrder(order: Int32Array, seed: number, epoch: number, sampling: number): void {
  const n = order.length;
  const low = mix(mix(seed) + epoch);
  const high = mix((mix((seed ^ 1540483477) >>> 0) ^ mix(epoch)) >>> 0) >>> 1;
  for (let k = 0; k < order.length; k++) order[k] = k;
  if (sampling === 1) {
    for (let i = 0; i < n; i++) {
      order[i] = below(n, i, low, high);
    }
  } else if (sampling === 0 && n <= 2048) {
    shuffle(order, 0, n, low, high);
  } else if (sampling === 0) {
    shuffleBlocks(order, low, high);
  }
}
