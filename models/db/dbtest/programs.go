package dbtest

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
)

// errMissing says how to get PostgreSQL.
var errMissing = errors.New(`PostgreSQL's server programs (initdb, postgres) are not on this machine. ` +
	`The tests start a private server of their own and need nothing else: on Debian and Ubuntu "apt-get install postgresql", ` +
	`elsewhere PostgreSQL 14 or newer with its bin folder on PATH`)

// programs finds the folder with initdb and postgres: the one on PATH, else the newest of Debian's,
// which keeps them off PATH.
func programs() (string, error) {
	var folders []string
	if path, err := exec.LookPath("postgres"); err == nil {
		if path, err = filepath.EvalSymlinks(path); err == nil {
			folders = append(folders, filepath.Dir(path))
		}
	}
	newest := func(pattern string) {
		found, _ := filepath.Glob(pattern)
		best, version := "", -1
		for _, folder := range found {
			if n, err := strconv.Atoi(filepath.Base(filepath.Dir(folder))); err == nil && n > version {
				best, version = folder, n
			}
		}
		if best != "" {
			folders = append(folders, best)
		}
	}
	newest("/usr/lib/postgresql/*/bin")
	for _, folder := range folders {
		_, err1 := exec.LookPath(filepath.Join(folder, "postgres"))
		_, err2 := exec.LookPath(filepath.Join(folder, "initdb"))
		if err1 == nil && err2 == nil {
			return folder, nil
		}
	}
	return "", errMissing
}

// identity is whose rights the server runs with; the zero value means those of the test itself.
type identity struct{ credential *syscall.Credential }

// serverIdentity picks another user when the tests run as root, because PostgreSQL refuses root:
// the one that Debian's package makes, else nobody.
func serverIdentity() (identity, error) {
	if os.Geteuid() != 0 {
		return identity{}, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err1 := strconv.ParseUint(u.Uid, 10, 32)
		gid, err2 := strconv.ParseUint(u.Gid, 10, 32)
		if err := errors.Join(err1, err2); err != nil {
			return identity{}, err
		}
		return identity{&syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}, nil
	}
	return identity{}, errors.New("the tests run as root, PostgreSQL does not, and there is neither a user postgres nor nobody to run it as")
}

// reaches says whether the server's user can enter the folder: TMPDIR may lie within one that is
// closed to all but root.
func (i identity) reaches(path string) bool {
	for {
		info, err := os.Stat(path)
		if err != nil || !info.IsDir() {
			return false
		}
		if i.credential != nil && info.Mode().Perm()&0o001 == 0 {
			return false
		}
		if path == filepath.Dir(path) {
			return true
		}
		path = filepath.Dir(path)
	}
}

// makeDir makes a folder that only the server's user may enter.
func (i identity) makeDir(path string) error {
	if err := os.Mkdir(path, 0o700); err != nil {
		return err
	}
	if i.credential == nil {
		return nil
	}
	if err := os.Chown(path, int(i.credential.Uid), int(i.credential.Gid)); err != nil {
		return fmt.Errorf("give %s to PostgreSQL's user: %w", path, err)
	}
	return nil
}
