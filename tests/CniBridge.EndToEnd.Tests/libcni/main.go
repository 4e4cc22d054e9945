// A minimal runtime around libcni, for tests: what cnitool does, for machines that have libcni but not cnitool.
//
//	cnitool add|check|del <network> <namespace path>
//
// Environment: NETCONFPATH (/etc/cni/net.d), CNI_PATH (/opt/cni/bin), CAP_ARGS (JSON), CNI_ARGS (k=v;...),
// CNI_IFNAME (eth0).
package main

import (
	"context"
	"crypto/sha512"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/containernetworking/cni/libcni"
)

func main() {
	if len(os.Args) != 4 {
		fail(fmt.Errorf("usage: %s add|check|del <network> <namespace path>", filepath.Base(os.Args[0])))
	}
	if err := run(os.Args[1], os.Args[2], os.Args[3]); err != nil {
		fail(err)
	}
}

func run(command, network, namespace string) error {
	list, err := libcni.LoadConfList(variable("NETCONFPATH", "/etc/cni/net.d"), network)
	if err != nil {
		return err
	}
	attachment, err := attachment(namespace)
	if err != nil {
		return err
	}

	cni := libcni.NewCNIConfig(filepath.SplitList(variable("CNI_PATH", "/opt/cni/bin")), nil)
	switch command {
	case "add":
		result, err := cni.AddNetworkList(context.Background(), list, attachment)
		if err != nil {
			return err
		}
		return result.Print()
	case "check":
		return cni.CheckNetworkList(context.Background(), list, attachment)
	case "del":
		return cni.DelNetworkList(context.Background(), list, attachment)
	default:
		return fmt.Errorf("unknown command %q", command)
	}
}

func attachment(namespace string) (*libcni.RuntimeConf, error) {
	path, err := filepath.Abs(namespace)
	if err != nil {
		return nil, err
	}
	// The identifier must be the same in every call for one namespace, and no other's.
	sum := sha512.Sum512([]byte(path))
	conf := &libcni.RuntimeConf{
		ContainerID: fmt.Sprintf("cnitool-%x", sum[:10]),
		NetNS:       path,
		IfName:      variable("CNI_IFNAME", "eth0"),
	}
	if text := os.Getenv("CAP_ARGS"); text != "" {
		if err := json.Unmarshal([]byte(text), &conf.CapabilityArgs); err != nil {
			return nil, fmt.Errorf("CAP_ARGS: %w", err)
		}
	}
	if text := os.Getenv("CNI_ARGS"); text != "" {
		for _, pair := range strings.Split(text, ";") {
			key, value, found := strings.Cut(pair, "=")
			if !found {
				return nil, fmt.Errorf("CNI_ARGS: %q is not key=value", pair)
			}
			conf.Args = append(conf.Args, [2]string{key, value})
		}
	}
	return conf, nil
}

func variable(name, fallback string) string {
	if value := os.Getenv(name); value != "" {
		return value
	}
	return fallback
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}
