package sealed

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"

	"filippo.io/age"
	"filippo.io/age/armor"
)

// Extension ends the names of files that are encrypted whole, behind the one they have
// without.
const Extension = ".age"

// maxIdentities is the largest file identities are read from, in bytes.
const maxIdentities = 1 << 20

// ageFile is how a binary age file begins.
const ageFile = "age-encryption.org/"

// IsAge reports whether a file is encrypted with age, armored or not.
func IsAge(src []byte) bool {
	return bytes.HasPrefix(src, []byte(ageFile)) || isArmored(src)
}

func isArmored(src []byte) bool {
	return bytes.HasPrefix(bytes.TrimLeft(src, " \t\r\n"), []byte(armor.Header))
}

// Age opens a file that is encrypted with age. The error is an *Error.
func (k Keys) Age(src []byte) ([]byte, error) {
	if !IsAge(src) {
		return nil, damaged("encrypt it with age, or give it a name without "+Extension, "it is not encrypted with age, though its name says so")
	}
	identities, err := k.identities()
	if err != nil {
		return nil, err
	}
	if len(identities) == 0 {
		return nil, locked("set WATCHBILL_AGE_IDENTITY_FILE, or SOPS_AGE_KEY_FILE or SOPS_AGE_KEY as for sops, to an identity of age-keygen",
			"there is no age identity to open it with")
	}
	var in io.Reader = bytes.NewReader(src)
	if isArmored(src) {
		in = armor.NewReader(in)
	}
	opened, err := age.Decrypt(in, identities...)
	if none := (*age.NoIdentityMatchError)(nil); errors.As(err, &none) {
		return nil, locked("encrypt it for the recipient of one of them, or use the identity it was encrypted for", "none of the age identities here opens it")
	}
	const torn = "restore it from Git, or encrypt it again"
	if err != nil {
		return nil, damaged(torn, "the age file is damaged: its header cannot be read")
	}
	plain, err := io.ReadAll(io.LimitReader(opened, MaxSize+1))
	switch {
	case err != nil:
		return nil, damaged(torn, "the age file is damaged: what it holds was changed or cut off")
	case len(plain) > MaxSize:
		return nil, damaged("spread its sections over several files", "it holds more than %d MiB", MaxSize>>20)
	}
	return plain, nil
}

// identities are all there are: of WATCHBILL_AGE_IDENTITY_FILE, and of the three places
// sops looks into. No message repeats any of them.
func (k Keys) identities() ([]age.Identity, error) {
	var all []age.Identity
	if text := k.env("SOPS_AGE_KEY"); text != "" {
		found, err := age.ParseIdentities(strings.NewReader(text))
		if err != nil {
			return nil, locked("give it the lines that age-keygen printed", "the environment variable SOPS_AGE_KEY holds something that is no age identity")
		}
		all = append(all, found...)
	}
	for _, variable := range []string{"WATCHBILL_AGE_IDENTITY_FILE", "SOPS_AGE_KEY_FILE"} {
		name := k.env(variable)
		if name == "" {
			continue
		}
		found, err := identitiesIn(name)
		if err != nil {
			return nil, locked("let it name a file of age-keygen that you can read", "the age identities that %s names cannot be used: %v", variable, err)
		}
		all = append(all, found...)
	}
	if name := k.sopsDefault(); name != "" && len(all) == 0 {
		if _, err := os.Stat(name); err != nil {
			return nil, nil
		}
		found, err := identitiesIn(name)
		if err != nil {
			return nil, locked("repair the file, or name another with WATCHBILL_AGE_IDENTITY_FILE", "the age identities of sops's own key file cannot be used: %v", err)
		}
		all = found
	}
	return all, nil
}

// sopsDefault is where sops looks when no variable says so.
func (k Keys) sopsDefault() string {
	config := k.env("XDG_CONFIG_HOME")
	if home := k.env("HOME"); config == "" && home != "" {
		config = filepath.Join(home, ".config")
	}
	if config == "" {
		return ""
	}
	return filepath.Join(config, "sops", "age", "keys.txt")
}

// identitiesIn reads a file of age-keygen. A pipe is a file, too: shells hand over
// secrets that way.
func identitiesIn(name string) ([]age.Identity, error) {
	f, err := os.Open(name)
	if err != nil {
		if path := (*os.PathError)(nil); errors.As(err, &path) {
			return nil, path.Err
		}
		return nil, err
	}
	defer f.Close()
	found, err := age.ParseIdentities(io.LimitReader(f, maxIdentities))
	if err != nil {
		return nil, errors.New("the file holds something else")
	}
	return found, nil
}

// recipients are the public halves of the identities that have one that can be written.
func (k Keys) recipients() []string {
	identities, err := k.identities()
	if err != nil {
		return nil
	}
	var all []string
	for _, identity := range identities {
		switch i := identity.(type) {
		case *age.X25519Identity:
			all = append(all, i.Recipient().String())
		case *age.HybridIdentity:
			all = append(all, i.Recipient().String())
		}
	}
	return all
}
