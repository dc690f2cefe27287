package emulator

// Who else may use a secret. Nobody is asked for credentials here, so a policy is kept and given
// back, and judged by whoever reads it.

import "encoding/json"

func putSecretPolicy(c *call, tx *tx, in *struct {
	SecretId, ResourcePolicy string
	BlockPublicPolicy        bool
}) (any, error) {
	s, err := usableSecret(c, tx.state, in.SecretId)
	if err != nil {
		return nil, err
	}
	var policy struct{ Statement json.RawMessage }
	if json.Unmarshal([]byte(in.ResourcePolicy), &policy) != nil || len(policy.Statement) == 0 {
		return nil, secretsError("MalformedPolicyDocumentException", "This resource policy contains invalid Json.")
	}
	return setSecretPolicy(c, tx, s, in.ResourcePolicy), nil
}

func deleteSecretPolicy(c *call, tx *tx, in *struct{ SecretId string }) (any, error) {
	s, err := usableSecret(c, tx.state, in.SecretId)
	if err != nil {
		return nil, err
	}
	return setSecretPolicy(c, tx, s, ""), nil
}

func setSecretPolicy(c *call, tx *tx, s *keptSecret, policy string) any {
	again := s.copy()
	again.Policy = policy
	tx.secrets.put(tx, c.region+"/"+s.Name, again)
	return map[string]any{"ARN": s.ARN, "Name": s.Name}
}

func getSecretPolicy(c *call, st *state, in *struct{ SecretId string }) (any, error) {
	s, err := findSecret(c, st, in.SecretId)
	if err != nil {
		return nil, err
	}
	out := map[string]any{"ARN": s.ARN, "Name": s.Name}
	if s.Policy != "" {
		out["ResourcePolicy"] = s.Policy
	}
	return out, nil
}
