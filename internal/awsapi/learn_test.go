package awsapi

// The pace from inside the room: how fast a limiter is set to shows on no wire.

import (
	"context"
	"errors"
	"testing"

	"github.com/aws/smithy-go"
)

var throttling = &smithy.GenericAPIError{Code: "ThrottlingException"}

func perSecond(p *pace) float64 { return float64(p.limiter.Limit()) }

func TestThrottlingHalvesThePaceAndTwentySuccessesWinItBack(t *testing.T) {
	m := newMeter(Config{Rate: 8})
	p := m.pace("ssm-contacts:CreateContact")
	for _, want := range []float64{4, 2, 1, slowest, slowest} {
		if p.learn(throttling); perSecond(p) != want {
			t.Errorf("throttled to %v a second, want %v", perSecond(p), want)
		}
	}
	if other := m.pace("ssm-contacts:ListContacts"); other == p || perSecond(other) != 8 {
		t.Errorf("another operation is at %v a second", perSecond(other))
	}
	for n := range 20 {
		before := perSecond(p)
		if p.learn(nil); perSecond(p) < before || n < 18 && perSecond(p) == before {
			t.Errorf("success %d took it from %v to %v", n+1, before, perSecond(p))
		}
	}
	if p.learn(nil); perSecond(p) != 8 {
		t.Errorf("won back %v, want 8 and no more", perSecond(p))
	}
}

// A pace asked to be slower than the floor is not made faster by throttling.
func TestPaceBelowTheFloorStaysWhereItWas(t *testing.T) {
	p := newPace(0.2)
	if p.learn(throttling); perSecond(p) != 0.2 {
		t.Errorf("%v a second, want 0.2", perSecond(p))
	}
}

func TestPaceLearnsNothingFromOtherErrors(t *testing.T) {
	p := newPace(5)
	for _, err := range []error{errors.New("x"), context.Canceled, &smithy.GenericAPIError{Code: "ConflictException"}} {
		if p.learn(err); perSecond(p) != 5 {
			t.Errorf("%v: %v a second, want 5", err, perSecond(p))
		}
	}
}
