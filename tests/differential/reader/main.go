// A stand-in for dockhand's reading of spec.yaml, for tests/differential: the same YAML package
// (gopkg.in/yaml.v3), the same keys, the same types, and the same demands on what was read.
//
// On standard input: per spec a line with its length in bytes, and the spec. On standard output: per
// spec a line of JSON.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"

	"gopkg.in/yaml.v3"
)

type document struct {
	Metadata struct {
		Name        string `yaml:"name"`
		Description string `yaml:"description,omitempty"`
		Protocol    string `yaml:"protocol"`
	} `yaml:"metadata"`
	Spec struct {
		Package     string            `yaml:"package"`
		Version     string            `yaml:"version,omitempty"`
		Args        []string          `yaml:"args,omitempty"`
		Env         map[string]string `yaml:"env,omitempty"`
		Overrides   []override        `yaml:"overrides,omitempty"`
		Constraints []constraint      `yaml:"constraints,omitempty"`
	} `yaml:"spec"`
	// What cannot be read into these types ends dockhand's build as well.
	Provenance struct {
		RepositoryURI string `yaml:"repository_uri,omitempty"`
		RepositoryRef string `yaml:"repository_ref,omitempty"`
		Attestations  *struct {
			Available bool `yaml:"available"`
			Publisher *struct {
				Kind       string `yaml:"kind"`
				Repository string `yaml:"repository,omitempty"`
				Workflow   string `yaml:"workflow,omitempty"`
			} `yaml:"publisher,omitempty"`
			Verified bool `yaml:"verified,omitempty"`
		} `yaml:"attestations,omitempty"`
		SigstoreURL       string `yaml:"sigstore_url,omitempty"`
		SignerIdentity    string `yaml:"signer_identity,omitempty"`
		RunnerEnvironment string `yaml:"runner_environment,omitempty"`
		CertIssuer        string `yaml:"cert_issuer,omitempty"`
	} `yaml:"provenance,omitempty"`
}

type override struct {
	Package string `yaml:"package" json:"package"`
	Version string `yaml:"version" json:"version"`
	Reason  string `yaml:"reason" json:"-"`
}

type constraint struct {
	Spec   string `yaml:"spec" json:"spec"`
	Reason string `yaml:"reason" json:"-"`
}

type answer struct {
	Accepted    bool              `json:"accepted"`
	Refusal     string            `json:"refusal"`
	Protocol    string            `json:"protocol"`
	Package     string            `json:"package"`
	Version     string            `json:"version"`
	Overrides   []override        `json:"overrides"`
	Constraints []constraint      `json:"constraints"`
	Env         map[string]string `json:"env"`
}

// read gives what dockhand would build, or why it would not.
func read(text []byte) answer {
	var spec document
	if err := decode(text, &spec); err != nil {
		return answer{Refusal: err.Error()}
	}
	if refusal := demands(&spec); refusal != "" {
		return answer{Refusal: refusal}
	}
	return answer{
		Accepted:    true,
		Protocol:    spec.Metadata.Protocol,
		Package:     spec.Spec.Package,
		Version:     spec.Spec.Version,
		Overrides:   spec.Spec.Overrides,
		Constraints: spec.Spec.Constraints,
		Env:         spec.Spec.Env,
	}
}

// decode ends a panic of the package as an error: dockhand would crash, which builds nothing.
func decode(text []byte, spec *document) (err error) {
	defer func() {
		if panicked := recover(); panicked != nil {
			err = fmt.Errorf("panic: %v", panicked)
		}
	}()
	return yaml.Unmarshal(text, spec)
}

func demands(spec *document) string {
	protocol := spec.Metadata.Protocol
	switch {
	case spec.Metadata.Name == "":
		return "no metadata.name"
	case spec.Spec.Package == "":
		return "no spec.package"
	case protocol != "npx" && protocol != "uvx" && protocol != "go":
		return "protocol"
	case len(spec.Spec.Overrides) > 0 && protocol != "npx":
		return "overrides outside npx"
	case len(spec.Spec.Constraints) > 0 && protocol != "uvx":
		return "constraints outside uvx"
	}
	for _, one := range spec.Spec.Overrides {
		if one.Package == "" || one.Version == "" || strings.TrimSpace(one.Reason) == "" ||
			hasControls(one.Package) || hasControls(one.Version) {
			return "override"
		}
	}
	for _, one := range spec.Spec.Constraints {
		if strings.TrimSpace(one.Spec) == "" || strings.TrimSpace(one.Reason) == "" || hasControls(one.Spec) {
			return "constraint"
		}
	}
	return ""
}

func hasControls(text string) bool {
	return strings.IndexFunc(text, func(one rune) bool { return one < 0x20 && one != '\t' }) >= 0
}

func main() {
	input := bufio.NewReader(os.Stdin)
	output := bufio.NewWriter(os.Stdout)
	answers := json.NewEncoder(output)
	for {
		var length int
		if _, err := fmt.Fscanf(input, "%d\n", &length); err == io.EOF {
			return
		} else if err != nil {
			panic(err)
		}
		text := make([]byte, length)
		if _, err := io.ReadFull(input, text); err != nil {
			panic(err)
		}
		if err := answers.Encode(read(text)); err != nil {
			panic(err)
		}
		if err := output.Flush(); err != nil {
			panic(err)
		}
	}
}
