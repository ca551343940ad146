package sqlite

import (
	"testing"

	"backchannel/storage/storetest"
)

func TestConformance(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(t *testing.T) storetest.Store { return openTest(t) })
}

func TestChecks(t *testing.T) {
	t.Parallel()
	storetest.RunChecks(t, func(t *testing.T) storetest.CheckStore { return openTest(t) })
}

func TestCampaigns(t *testing.T) {
	t.Parallel()
	storetest.RunCampaigns(t, func(t *testing.T) storetest.CampaignStore { return openTest(t) })
}
