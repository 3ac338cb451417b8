//! A disk of 64 KiB for a test.
#![allow(
    dead_code,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "shared by tests, which use what they need"
)]

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::scratch::Scratch;

/// A disk of its own, in memory. Mounting one needs root.
pub struct Disk {
    /// Where it is mounted; gone after it.
    pub folder: Scratch,
}

impl Disk {
    /// 64 KiB. `None` if that isn't permitted.
    pub fn small() -> Option<Self> {
        let folder = Scratch::new();
        fs::create_dir(folder.path()).unwrap();
        let disk = Self { folder };
        if disk.run("mount", &["-t", "tmpfs", "-o", "size=64k,mode=0700", "tmpfs"]) {
            return Some(disk);
        }
        println!("skipped: mounting a file system isn't permitted here");
        // Nothing is mounted, so there is nothing to unmount.
        None
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Leaves no room for anything.
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
