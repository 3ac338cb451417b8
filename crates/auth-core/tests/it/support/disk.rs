//! A disk of 64 KiB for a test.

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use test_requirements::{Requirement, requirement};

use crate::support::scratch::Scratch;

/// A disk of its own, in memory. Mounting one needs root.
pub struct Disk {
    /// The mount point; removed after it.
    pub folder: Scratch,
}

impl Disk {
    /// 64 KiB. `None` if mounting isn't permitted.
    pub fn small() -> Option<Self> {
        let folder = Scratch::new();
        fs::create_dir(folder.path()).unwrap();
        let disk = Self { folder };
        let mounted = disk.run("mount", &["-t", "tmpfs", "-o", "size=64k,mode=0700", "tmpfs"]);
        requirement(Requirement::Mount, mounted.then_some(disk).ok_or("a tmpfs can't be mounted"))
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Leaves no room for a file.
    pub fn fill(&self) {
        let mut file = File::create(self.path().join("filler")).unwrap();
        while file.write_all(&[0; 1024]).is_ok() {}
    }

    pub fn make_room(&self) {
        fs::remove_file(self.path().join("filler")).unwrap();
    }

    pub fn make_read_only(&self) {
        assert!(self.run("mount", &["-o", "remount,ro"]));
    }

    pub fn make_writable(&self) {
        assert!(self.run("mount", &["-o", "remount,rw"]));
    }

    fn run(&self, command: &str, arguments: &[&str]) -> bool {
        let mut command = Command::new(command);
        command.args(arguments).arg(self.path()).stderr(Stdio::null());
        command.status().is_ok_and(|status| status.success())
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        self.run("umount", &[]);
    }
}
