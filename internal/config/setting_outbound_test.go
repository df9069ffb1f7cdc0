package config_test

import (
	"net/netip"
	"strings"
	"testing"

	"authserver/internal/config"
)

func TestTheServerCallsItsOwnMachineInDevOnly(t *testing.T) {
	t.Parallel()
	home := netip.MustParseAddr("127.0.0.1")
	if c := load(t, config.Dev, []string{prefix + "DATA_DIR=" + t.TempDir()}, ""); len(c.OutboundNetworks) == 0 || !c.OutboundNetworks[0].Contains(home) {
		t.Errorf("dev: %v", c.OutboundNetworks)
	}
	if c := load(t, config.Serve, production(), ""); len(c.OutboundNetworks) != 0 {
		t.Errorf("serve: %v", c.OutboundNetworks)
	}
	for _, value := range []string{"0.0.0.0/0", "::/0", "localhost", "fe80::1%eth0"} {
		if found := problems(t, config.Serve, production(prefix+"OUTBOUND_NETWORKS="+value), ""); found[prefix+"OUTBOUND_NETWORKS"] == "" {
			t.Errorf("%s is accepted", value)
		}
	}
}

func TestTheLadderOfWebhooksHasSteps(t *testing.T) {
	t.Parallel()
	if c := load(t, config.Serve, production(), ""); c.WebhookRetries != nil {
		t.Errorf("by default: %v", c.WebhookRetries)
	}
	for _, value := range []string{",", "1m,soon", "999ms", "1m,169h", "-1m", strings.Repeat("1m,", 21)} {
		if found := problems(t, config.Serve, production(prefix+"WEBHOOK_RETRIES="+value), ""); found[prefix+"WEBHOOK_RETRIES"] == "" {
			t.Errorf("%q is accepted", value)
		}
	}
}
