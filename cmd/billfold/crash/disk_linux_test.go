package crash

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"billfold/models/db"
)

// smallDisk is a file system of a folder's own, of a size that can be changed.
type smallDisk struct{ dir string }

// newSmallDisk mounts a memory file system. Only root may; for anybody else the test fails and says so.
func newSmallDisk(t testing.TB) *smallDisk {
	t.Helper()
	d := &smallDisk{filepath.Join(folder(t), "disk")}
	check(t, os.Mkdir(d.dir, 0o755))
	if err := syscall.Mount("tmpfs", d.dir, "tmpfs", 0, "size=1g,mode=0755"); err != nil {
		t.Fatalf("a small disk cannot be mounted (%v); run this as root, who may", err)
	}
	t.Cleanup(func() { check(t, syscall.Unmount(d.dir, syscall.MNT_DETACH)) })
	return d
}

// leave makes the disk as small as what is on it and so many bytes more.
func (d *smallDisk) leave(t testing.TB, free int64) {
	t.Helper()
	var fs syscall.Statfs_t
	check(t, syscall.Statfs(d.dir, &fs))
	used := int64(fs.Blocks-fs.Bfree) * fs.Bsize
	check(t, syscall.Mount("tmpfs", d.dir, "tmpfs", syscall.MS_REMOUNT, "size="+strconv.FormatInt(used+free, 10)))
}

// fullDisk runs the commands of a trial on a disk with less and more room. Those that fail leave
// everything as it was or as far as they had come, and work once there is room.
func (tr *trial) fullDisk(t *testing.T, place func(t testing.TB, from *database) (*database, *smallDisk)) {
	t.Helper()
	tr.twin(t)
	failed := 0
	d, disk := place(t, tr.from)
	for _, s := range tr.steps {
		for free := int64(0); ; free = max(16<<10, free*2) {
			if s.done != nil && free > 0 && s.done(t, d) {
				break
			}
			disk.leave(t, free)
			p := d.start(t, s.clock, "", s.args...)
			code := p.code()
			disk.leave(t, 512<<20)
			d.verify(t)
			d.wait(t)
			if code == 0 {
				break
			}
			failed++
			if problem := p.stderr.String(); !strings.Contains(problem, "billfold: ") || strings.Contains(problem, "panic") {
				t.Errorf("billfold %s with %d bytes of room: exit code %d\n%s", strings.Join(s.args, " "), free, code, problem)
			}
		}
	}
	d.verify(t)
	same(t, tr.want, d.print(t))
	t.Logf("%d commands had too little room", failed)
	if failed == 0 {
		t.Error("there was always enough room")
	}
}

// fullDisks is the trials of a full disk on both databases.
func fullDisks(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) {
		w := newWorld(t, newDatabase(t, db.SQLite))
		for name, tr := range map[string]*trial{"usage": usageTrial(w), "close": closeTrial(w), "credit": creditTrial(w)} {
			t.Run(name, func(t *testing.T) {
				tr.fullDisk(t, func(t testing.TB, from *database) (*database, *smallDisk) {
					disk := newSmallDisk(t)
					to := &database{db.SQLite, "sqlite:" + filepath.Join(disk.dir, "billfold.db"), t.TempDir()}
					content, err := os.ReadFile(from.file())
					check(t, err)
					check(t, os.WriteFile(to.file(), content, 0o600))
					return to, disk
				})
			})
		}
	})
	t.Run("postgres", func(t *testing.T) {
		disk := newSmallDisk(t)
		c := newCluster(t, disk.dir)
		w := newWorld(t, &database{db.Postgres, c.address, t.TempDir()})
		for name, tr := range map[string]*trial{"usage": usageTrial(w), "close": closeTrial(w), "credit": creditTrial(w)} {
			t.Run(name, func(t *testing.T) {
				tr.fullDisk(t, func(t testing.TB, from *database) (*database, *smallDisk) {
					d := from.clone(t)
					d.admin(t, "CHECKPOINT")
					return d, disk
				})
			})
		}
	})
}
