// The order of search results: pages that show how to do a thing come before those on how it is made.
const ROOMS = { use: 6, learn: 4, understand: 3, reference: 3, "coming-from": 2, glossary: 2, develop: -3, decisions: -6 };
var Scorer = {
  score: ([page, , , , score]) =>
    score + (page.startsWith("reference/api/") ? -2 : (ROOMS[page.split("/")[0]] ?? 0)) - (page === "develop/changes" ? 3 : 0),
  // The rest is Sphinx's own.
  objNameMatch: 11,
  objPartialMatch: 6,
  objPrio: { 0: 15, 1: 5, 2: -5 },
  objPrioDefault: 0,
  title: 15,
  partialTitle: 7,
  term: 5,
  partialTerm: 2,
};
