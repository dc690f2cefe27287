package emulator

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime/debug"
	"strconv"
	"time"

	"go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"
)

// StoreName is the name of the store's file inside Options.Dir.
const StoreName = "incident-manager.db"

// storeFormat is raised when a program that knows only the older number could misread the file.
const storeFormat = 1

var (
	metaBucket = []byte("meta")
	formatKey  = []byte("format")
	accountKey = []byte("account")
)

// ErrLocked says that another process, or another Server of this one, owns the store. Attach
// reaches it through its owner.
var ErrLocked = errors.New("the local Incident Manager store is in use by another process")

// CorruptError says that the file is not a store of ours, or a damaged one. Nothing was changed.
type CorruptError struct {
	Path string
	Why  string
}

func (e *CorruptError) Error() string {
	return fmt.Sprintf("%s is damaged or not an Incident Manager store (%s); it was left as it is: move it away to start with an empty one", e.Path, e.Why)
}

// VersionError says that a newer program wrote the store. Nothing was changed.
type VersionError struct {
	Path             string
	Found, Supported int
}

func (e *VersionError) Error() string {
	return fmt.Sprintf("%s has format %d, this program knows formats up to %d: use the newer program", e.Path, e.Found, e.Supported)
}

// AccountError says that the store belongs to another account than Options.Account. Nothing was
// changed.
type AccountError struct{ Path, Found, Wanted string }

func (e *AccountError) Error() string {
	return fmt.Sprintf("%s holds account %s, not %s", e.Path, e.Found, e.Wanted)
}

// openStore opens the store in dir, making folder (0700) and file (0600) when they are not there.
// An empty dir is memory only. It returns the account the store belongs to.
func openStore(dir, account string) (*store, string, error) {
	s := &store{working: newState(), published: newState()}
	if dir == "" {
		return s, orDefaultAccount(account), nil
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, "", fmt.Errorf("make the store's folder: %w", err)
	}
	path := filepath.Join(dir, StoreName)
	if err := createStore(path, orDefaultAccount(account)); err != nil {
		return nil, "", fmt.Errorf("create the store: %w", err)
	}
	db, err := openBolt(path)
	if err != nil {
		return nil, "", err
	}
	s.db = db
	found, err := s.load(path, account)
	if err != nil {
		db.Close()
		return nil, "", err
	}
	return s, found, nil
}

// createStore makes the file complete under another name and then links it into place: a crash
// leaves no half a file, and of several processes doing this at once one wins and none overwrites.
func createStore(path, account string) error {
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	tmp, err := os.CreateTemp(filepath.Dir(path), ".new-*.db") // mode 0600
	if err != nil {
		return err
	}
	tmp.Close()
	defer os.Remove(tmp.Name())
	db, err := bbolt.Open(tmp.Name(), 0o600, &bbolt.Options{Timeout: time.Second})
	if err != nil {
		return err
	}
	err = db.Update(func(b *bbolt.Tx) error {
		meta, err := b.CreateBucketIfNotExists(metaBucket)
		if err != nil {
			return err
		}
		if err := meta.Put(formatKey, []byte(strconv.Itoa(storeFormat))); err != nil {
			return err
		}
		return meta.Put(accountKey, []byte(account))
	})
	if err = errors.Join(err, db.Close()); err != nil {
		return err
	}
	if err := os.Link(tmp.Name(), path); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return syncDir(filepath.Dir(path))
}

// syncDir makes a new name durable. Not every file system can; then there is nothing to do.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	d.Sync()
	return d.Close()
}

// openBolt opens and locks the file. bbolt trusts its file: it panics on a page it does not
// understand and faults on one that is missing, so the file is looked at before it is mapped, and
// panics and faults of this goroutine become a CorruptError.
func openBolt(path string) (db *bbolt.DB, err error) {
	var file *os.File
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if r := recover(); r != nil {
			if file != nil {
				unlockAndClose(file)
			}
			db, err = nil, &CorruptError{Path: path, Why: "its pages do not fit together"}
		}
	}()
	db, err = bbolt.Open(path, 0o600, &bbolt.Options{
		Timeout:      1, // the shortest there is: one try
		FreelistType: bbolt.FreelistMapType,
		// The free list stays in the file (NoFreelistSync is off): rebuilding it runs in a goroutine
		// of bbolt's own, where a damaged page would end the process.
		OpenFile: func(name string, flag int, mode os.FileMode) (*os.File, error) {
			f, err := os.OpenFile(name, flag&^os.O_CREATE, mode)
			if err != nil {
				return nil, err
			}
			if err := inspect(f); err != nil {
				f.Close()
				return nil, err
			}
			file = f
			return f, nil
		},
	})
	var damage *damageError
	switch {
	case err == nil:
		return db, nil
	case errors.Is(err, bolterrors.ErrTimeout):
		return nil, fmt.Errorf("%s: %w", path, ErrLocked)
	case errors.As(err, &damage):
		return nil, &CorruptError{Path: path, Why: damage.why}
	case errors.Is(err, bolterrors.ErrInvalid), errors.Is(err, bolterrors.ErrVersionMismatch), errors.Is(err, bolterrors.ErrChecksum):
		return nil, &CorruptError{Path: path, Why: err.Error()}
	default:
		return nil, fmt.Errorf("open the store: %w", err)
	}
}

// load checks format and account and reads every row into memory.
func (s *store) load(path, account string) (found string, err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if recover() != nil {
			err = &CorruptError{Path: path, Why: "its pages do not fit together"}
		}
	}()
	err = s.db.View(func(b *bbolt.Tx) error {
		if found, err = checkMeta(b, path, account); err != nil {
			return err
		}
		for _, t := range s.working.tables() {
			if err := loadTable(b, t, path); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return "", err
	}
	for i, t := range s.published.tables() {
		t.copyFrom(s.working.tables()[i])
	}
	return found, s.addTables()
}

func checkMeta(b *bbolt.Tx, path, account string) (string, error) {
	meta := b.Bucket(metaBucket)
	if meta == nil {
		return "", &CorruptError{Path: path, Why: "it has no format number"}
	}
	format, err := strconv.Atoi(string(meta.Get(formatKey)))
	if err != nil || format < 1 {
		return "", &CorruptError{Path: path, Why: "it has no format number"}
	}
	if format > storeFormat {
		return "", &VersionError{Path: path, Found: format, Supported: storeFormat}
	}
	found := string(meta.Get(accountKey))
	if account != "" && account != found {
		return "", &AccountError{Path: path, Found: found, Wanted: account}
	}
	return found, nil
}

func loadTable(b *bbolt.Tx, t rows, path string) error {
	bucket := b.Bucket([]byte(t.name()))
	if bucket == nil {
		return nil // a store from before this table
	}
	// The content is copied out of the map, where it may move, into blocks: one allocation for many rows.
	var block []byte
	return bucket.ForEach(func(k, v []byte) error {
		key := string(k)
		content, ok := unseal(key, v)
		if !ok {
			return &CorruptError{Path: path, Why: "a row of " + t.name() + " does not match its checksum"}
		}
		if cap(block)-len(block) < len(content) {
			block = make([]byte, 0, max(64<<10, len(content)))
		}
		at := len(block)
		block = append(block, content...)
		t.load(key, block[at:len(block):len(block)])
		return nil
	})
}

// addTables makes the buckets that are missing.
func (s *store) addTables() error {
	var missing []string
	err := s.db.View(func(b *bbolt.Tx) error {
		for _, t := range s.working.tables() {
			if b.Bucket([]byte(t.name())) == nil {
				missing = append(missing, t.name())
			}
		}
		return nil
	})
	if err != nil || len(missing) == 0 {
		return err
	}
	err = s.db.Update(func(b *bbolt.Tx) error {
		for _, name := range missing {
			if _, err := b.CreateBucketIfNotExists([]byte(name)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("add tables to the store: %w", err)
	}
	return nil
}
