//! Specs as people write them, each with the folder that it lies in.

/// Folder and text.
pub(super) const SPECS: &[(&str, &str)] = &[
    (
        "npx",
        r#"# Acme widget: https://www.npmjs.com/package/@acme/widget
metadata:
  name: widget
  description: "Widgets for models"
  protocol: npx

spec:
  package: "@acme/widget"
  version: "1.2.3"
  overrides:
    - package: "undici"
      version: "6.28.0"
      reason: |
        Mends GHSA-vrm6-8vpv-qv8q.
        See https://example.com/1.
    - package: "@acme/core"
      version: "^2.0.0"
      reason: the older one is gone # since May
  env:
    ACME_MODE: "quiet"
    ACME_PORT: "8080"

provenance:
  repository_uri: "https://github.com/acme/widget"
  repository_ref: "refs/heads/main"
  attestations:
    available: true
    publisher:
      kind: "GitHub"
      repository: "acme/widget"
      workflow: "release.yml"

security:
  mock_env:
    - name: ACME_TOKEN
      value: "mock: 0000"
  allowed_issues: []
"#,
    ),
    (
        "uvx",
        r#"metadata:
  name: gadget
  description: >-
    Gadgets, folded
    over two lines
  protocol: uvx
spec:
  package: acme-gadget
  version: 2026.7.4
  args: ["--stdio", '--name=widget']
  constraints:
    - spec: "fastmcp>=3.2.0; python_version < '3.14'"
      reason: "CVE-2026-0001"
    - spec: 'cryptography>=50.0.0'
      reason: >
        Folded
        reason.
  env:
    ACME_HOME: /data
provenance:
  repository_uri: https://github.com/acme/gadget
  attestations: {available: true, publisher: {kind: GitHub, repository: acme/gadget}}
"#,
    ),
    (
        "go",
        r#"---
metadata: {name: tool, protocol: "go"}
spec:
    # the module, not the command
    package: "github.com/acme/tool/cmd/tool"
    version: "v1.2.3"
    args:
    - serve
    - "--port=\u0038080"
"#,
    ),
    (
        "npx",
        "metadata:\n  name: plain\n  protocol: npx\nspec:\n  package: plain\n  version: 0.1.0-rc.1\n",
    ),
    (
        "uvx",
        r#"{"metadata": {"name": "flow", "protocol": "uvx"}, "spec": {"package": "acme_flow",
 "version": "1.0.post1", "env": {"A": "b"}}, "security": {"insecure_ignore": false}}
"#,
    ),
    (
        "uvx",
        "spec:\n  version: \"4.10\"\n  package: 'Acme.Widget'\nprovenance:\nsecurity:\n  note: |2\n      text\nmetadata:\n  protocol: 'uvx'\n  name: widget\n",
    ),
];
