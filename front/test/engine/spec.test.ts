// Names of records with their settings.

import { describe, expect, it } from "vitest";
import { parseSpec, rules, schedules, toSpec } from "../../src/engine";

describe("specs", () => {
  it("names a record with its defaults", () => {
    expect(parseSpec("momentum", rules, "rule").self).toEqual({ beta: 0.9 });
  });

  it("sets fields, of which the rest keep their defaults", () => {
    const { record, self } = parseSpec("adam:beta1=0.5,eps=1e-3", rules, "rule");
    expect(record.name).toBe("adam");
    expect(self).toEqual({ beta1: 0.5, beta2: 0.999, eps: 1e-3 });
  });

  it("takes names without their underscores, as Python does", () => {
    expect(parseSpec("schedulefree", rules, "rule").record.name).toBe("schedule_free");
    expect(parseSpec("inverse_scaling", schedules, "schedule").record.name).toBe("inverse_scaling");
  });

  it.each([
    ["nesterv", 'no rule is called "nesterv"'],
    ["newton", 'no rule is called "newton"'],
    ["constructor", 'no rule is called "constructor"'],
    ["__proto__", 'no rule is called "__proto__"'],
    ["", 'no rule is called ""'],
    ["momentum:gamma=1", 'rule "momentum" has no field "gamma": it has beta'],
    ["plain:beta=1", 'rule "plain" has no field "beta": it has none'],
    ["momentum:beta=high", 'rule "momentum": beta="high" is not a number'],
    ["momentum:beta=", 'rule "momentum": beta="" is not a number'],
    ["momentum:beta", 'rule "momentum": beta="" is not a number'],
    ["momentum:beta=Infinity", 'rule "momentum": beta="Infinity" is not a number'],
    ["momentum:__proto__=1", 'rule "momentum" has no field "__proto__": it has beta'],
  ])("refuses %j in words", (spec, words) => {
    expect(() => parseSpec(spec, rules, "rule")).toThrow(words);
  });

  it.each(["plain", "momentum:beta=0.5", "adam:beta2=0.9,eps=0.001"])("writes %s as it reads it", (spec) => {
    const { record, self } = parseSpec(spec, rules, "rule");
    expect(toSpec(record, self)).toBe(spec);
  });
});
