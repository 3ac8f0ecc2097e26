// Cuts GitHub's OpenAPI description down to what the action asks for, so that Prism starts in
// seconds: node .ci/github-openapi.mjs DESCRIPTION.json > SUBSET.json
import { readFileSync } from "node:fs";

const operations = [
  ["/user", "get"],
  ["/repos/{owner}/{repo}", "get"],
  ["/repos/{owner}/{repo}/contents/{path}", "get"],
  ["/repos/{owner}/{repo}/compare/{basehead}", "get"],
  ["/repos/{owner}/{repo}/git/ref/{ref}", "get"],
  ["/repos/{owner}/{repo}/git/trees/{tree_sha}", "get"],
  ["/repos/{owner}/{repo}/git/blobs/{file_sha}", "get"],
  ["/repos/{owner}/{repo}/issues/{issue_number}/comments", "get"],
  ["/repos/{owner}/{repo}/issues/{issue_number}/comments", "post"],
  ["/repos/{owner}/{repo}/issues/comments/{comment_id}", "patch"],
  ["/repos/{owner}/{repo}/pulls", "get"],
  ["/repos/{owner}/{repo}/pulls/{pull_number}", "get"],
  ["/repos/{owner}/{repo}/pulls/{pull_number}/files", "get"],
  ["/repos/{owner}/{repo}/pulls/{pull_number}/comments", "get"],
  ["/repos/{owner}/{repo}/pulls/{pull_number}/reviews", "post"],
  ["/repos/{owner}/{repo}/code-scanning/sarifs", "post"],
  ["/repos/{owner}/{repo}/code-scanning/sarifs/{sarif_id}", "get"],
];

const [file] = process.argv.slice(2);
const whole = JSON.parse(readFileSync(file, "utf8"));
const { openapi, info, servers } = whole;
const subset = { openapi, info, servers, paths: {}, components: {} };
for (const [path, method] of operations) {
  const operation = whole.paths[path]?.[method];
  if (!operation) {
    console.error(`${file} does not describe ${method.toUpperCase()} ${path}`);
    process.exit(1);
  }
  // Described for GitHub as a whole and not for each operation: refusals, rate limits, outages and
  // moved repositories, all with a basic error.
  const error = { description: "Error", content: { "application/json": { schema: { $ref: "#/components/schemas/basic-error" } } } };
  for (const status of [301, 401, 403, 404, 422, 429, 500, 502, 503]) operation.responses[status] ??= error;
  (subset.paths[path] ??= {})[method] = operation;
  // A path of several segments is described as one, which Prism takes literally: up to five here.
  const described = (parameter) => (parameter.$ref ? whole.components.parameters[parameter.$ref.split("/").pop()] : parameter);
  if (!(operation.parameters ?? []).some((parameter) => described(parameter)["x-multi-segment"])) continue;
  let longer = path;
  const parameters = [...operation.parameters];
  for (const name of ["second", "third", "fourth", "fifth"]) {
    longer += `/{${name}}`;
    parameters.push({ name, in: "path", required: true, schema: { type: "string" } });
    const more = { ...operation, operationId: `${operation.operationId}-${name}`, parameters: [...parameters] };
    (subset.paths[longer] ??= {})[method] = more;
  }
}

// GitHub describes no GraphQL here; `.ci/github-graphql.mjs` holds it to the schema.
const json = (schema) => ({ content: { "application/json": { schema } } });
const refused = { description: "Refused", ...json({ $ref: "#/components/schemas/basic-error" }) };
const question = { type: "object", required: ["query"], additionalProperties: false, properties: { query: { type: "string" } } };
subset.paths["/graphql"] = {
  post: {
    operationId: "graphql",
    requestBody: { required: true, ...json(question) },
    responses: { 200: { description: "Answer", ...json({}) } },
  },
};
for (const status of [401, 403, 429, 500, 502, 503]) subset.paths["/graphql"].post.responses[status] = refused;

// Everything that the operations refer to, and what that refers to.
const keep = (node) => {
  if (node === null || typeof node !== "object") return;
  if (typeof node.$ref === "string") {
    const [, , kind, name] = node.$ref.split("/");
    subset.components[kind] ??= {};
    if (!(name in subset.components[kind])) {
      subset.components[kind][name] = whole.components[kind][name];
      keep(subset.components[kind][name]);
    }
  }
  Object.values(node).forEach(keep);
};
keep(subset.paths);
process.stdout.write(JSON.stringify(subset));
