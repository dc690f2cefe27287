// Command sops stands in for the real one in tests: its arguments, its exit codes, its way
// to keep the structure of a file. What it calls encrypted is base64 of the text backwards.
package main

import (
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"slices"
	"strings"
	"time"

	"gopkg.in/yaml.v3"
)

func main() {
	if !slices.Equal(os.Args[1:], []string{"--decrypt", "--input-type", "yaml", "--output-type", "yaml", "/dev/stdin"}) {
		fmt.Fprintln(os.Stderr, "unexpected arguments", os.Args[1:])
		os.Exit(100)
	}
	src, err := os.ReadFile(os.Args[6])
	if err != nil {
		os.Exit(2)
	}
	switch os.Getenv("SOPS_FAKE") {
	case "hang":
		time.Sleep(time.Hour)
	case "flood":
		for range 1 << 20 {
			fmt.Println(strings.Repeat("x: y\n", 100))
		}
	case "identity":
		fmt.Println("identity: " + os.Getenv("SOPS_AGE_KEY_FILE"))
		return
	case "shape":
		fmt.Println("contacts: {}")
		return
	case "text":
		fmt.Println("{{{")
		return
	case "open":
	default:
		fmt.Fprintln(os.Stderr, "Failed to get the data key required to decrypt the SOPS file. Ask +12025550188 or key@example.com\x1b[31m")
		os.Exit(128)
	}
	dec := yaml.NewDecoder(strings.NewReader(string(src)))
	enc := yaml.NewEncoder(os.Stdout)
	for {
		var doc yaml.Node
		if err := dec.Decode(&doc); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			os.Exit(2)
		}
		if strings.Contains(string(src), "mac: wrong") {
			fmt.Fprintln(os.Stderr, "MAC mismatch. File has +12025550101, computed X")
			os.Exit(51)
		}
		root := doc.Content[0]
		for i := 0; i < len(root.Content); i += 2 {
			if root.Content[i].Value == "sops" {
				root.Content = slices.Delete(root.Content, i, i+2)
				break
			}
		}
		open(&doc)
		enc.Encode(&doc)
	}
}

var value = regexp.MustCompile(`ENC\[AES256_GCM,data:([^,]*),iv:[^,]*,tag:[^,]*,type:([a-z]+)\]`)

func open(n *yaml.Node) {
	n.HeadComment, n.LineComment, n.FootComment = comment(n.HeadComment), comment(n.LineComment), comment(n.FootComment)
	if m := value.FindStringSubmatch(n.Value); n.Kind == yaml.ScalarNode && m != nil {
		plain, err := base64.StdEncoding.DecodeString(m[1])
		if err != nil {
			os.Exit(25)
		}
		slices.Reverse(plain)
		*n = yaml.Node{Kind: yaml.ScalarNode, Value: string(plain), Tag: map[string]string{"str": "!!str", "int": "!!int", "bool": "!!bool"}[m[2]],
			LineComment: n.LineComment, HeadComment: n.HeadComment}
		if n.Tag == "!!str" && strings.Contains(n.Value, "\n") {
			n.Style = yaml.LiteralStyle
		}
	}
	for _, child := range n.Content {
		open(child)
	}
}

func comment(text string) string {
	return value.ReplaceAllStringFunc(text, func(s string) string {
		plain, err := base64.StdEncoding.DecodeString(value.FindStringSubmatch(s)[1])
		if err != nil {
			os.Exit(25)
		}
		slices.Reverse(plain)
		return string(plain)
	})
}
