// Holds every question to GitHub's GraphQL, and every answer of the stand-in, to GitHub's public schema:
// node .ci/github-graphql.mjs TOOLS SCHEMA.graphql EXCHANGES.jsonl, whose lines are {"query": …, "answer": …}.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const [tools, schemaFile, exchangesFile] = process.argv.slice(2);
const require = createRequire(pathToFileURL(`${tools}/package.json`));
const { buildSchema, execute, parse, validate } = require("graphql");

const schema = buildSchema(readFileSync(schemaFile, "utf8"), { assumeValidSDL: true });
const exchanges = readFileSync(exchangesFile, "utf8").split("\n").filter(Boolean).map((line) => JSON.parse(line));
const problems = new Set();
let asked = 0;
for (const { query, answer } of exchanges) {
  const document = parse(query);
  for (const error of validate(schema, document)) problems.add(`question: ${error.message}`);
  asked += 1;
  if (!answer?.data) continue;
  // The answer, run through the schema: fields by their aliases, and nothing where there is an error.
  const failed = new Set((answer.errors ?? []).map((error) => (error.path ?? []).join(".")));
  const result = await execute({
    schema,
    document,
    rootValue: answer.data,
    fieldResolver: (source, _arguments, _context, info) => source[info.path.key],
    // Where a question does not ask for it, the one kind that the stand-in has.
    typeResolver: (value, _context, _info, abstract) =>
      value.__typename ?? { RepositoryOwner: "Organization", GitObject: "Commit", GitSignature: "GpgSignature", Actor: "User" }[abstract.name],
  });
  for (const error of result.errors ?? []) {
    if (!failed.has((error.path ?? []).join("."))) problems.add(`answer: ${error.message}`);
  }
}
// The control: what the schema does not have is found.
if (validate(schema, parse('query { repository(owner: "a", name: "b") { nothing } }')).length === 0) {
  problems.add("the schema lets everything pass");
}
console.log(`${asked} questions and answers of GraphQL, ${problems.size} violations`);
for (const problem of problems) console.log(problem);
process.exit(problems.size === 0 && asked > 0 ? 0 : 1);
