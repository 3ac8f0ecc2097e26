//! File names of a release: those that tools for uploading make, and those of which installers may
//! think otherwise than this program.

use crate::chance::Chance;

const WHEELS: &[&str] = &[
    "py3-none-any",
    "py3-none-any",
    "py2.py3-none-any",
    "1-py3-none-any",
    "01build-py3-none-any",
    "x1-py3-none-any",
    "py3-none-any.any",
    "PY3-none-any",
    "py3-none-any-any",
    "py3-none",
    "cp311-cp311-linux_x86_64",
    "1 -py3-none-any",
    "py3 -none-any",
    "py3--any",
];
const ARCHIVES: &[&str] = &[
    ".tar.gz",
    ".tar.gz",
    ".zip",
    ".tgz",
    ".tar",
    ".tar.bz2",
    ".tar.xz",
    ".tar.zst",
    ".tbz",
    ".tar.Z",
    ".TAR.GZ",
    ".Zip",
    ".tar.GZ",
    ".gz",
    "-py3.9.tar.gz",
    "-py3.tar.gz",
    "-py2.7.zip",
    ".linux-x86_64.tar.gz",
    ".macosx10.9.zip",
    ".egg",
    ".exe",
    ".whl",
    ".tar.gz.asc",
    ".zip ",
];
/// What readers trim, fold, decode or cut at.
const ODD: &[&str] = &[
    " ", "\u{a0}", "\u{2003}", "\u{3000}", "\u{85}", "\u{1c}", "\t", "\n", "\u{200b}", "\u{feff}",
    "\u{0}", "%20", "%2B", "%25", "+", "#", "?", "/", "\\", ":", ";", "&", "@", "é", "\u{212a}",
    "\u{17f}", "\u{130}", "\u{ff11}", "\u{661}", "-", "_", ".", "--", "!", "*", "~", "^", "'", ",",
    "0", "v", "1",
];
/// A release as a spec writes it.
pub(super) struct Names {
    pub(super) project: &'static str,
    pub(super) version: &'static str,
}

/// A file name and the version that the file itself states.
pub(super) struct Named {
    pub(super) filename: String,
    pub(super) version: String,
}

impl Names {
    pub(super) fn any(&self, chance: &mut Chance) -> Named {
        if chance.percent(45) {
            self.honest(chance)
        } else {
            self.odd(chance)
        }
    }

    /// A name that tools for uploading make.
    pub(super) fn honest(&self, chance: &mut Chance) -> Named {
        let (name, version) = (
            self.project.to_lowercase().replace(['-', '.'], "_"),
            self.normal(),
        );
        let rest = chance.one(&[
            "-py3-none-any.whl",
            "-py2.py3-none-any.whl",
            "-1-py3-none-any.whl",
            ".tar.gz",
            ".tar.gz",
            ".zip",
        ]);
        Named {
            filename: format!("{name}-{version}{rest}"),
            version,
        }
    }

    /// The version as PEP 440 writes it.
    pub(super) fn normal(&self) -> String {
        match self.version {
            "v1.0" | "01.0" => "1.0".to_owned(),
            "1.0-1" => "1.0.post1".to_owned(),
            other => other.to_owned(),
        }
    }

    fn odd(&self, chance: &mut Chance) -> Named {
        let name = if chance.percent(60) {
            self.project.replace('-', "_")
        } else {
            self.name(chance)
        };
        let version = if chance.percent(30) {
            self.normal()
        } else {
            self.version(chance)
        };
        let rest = match chance.below(10) {
            0..3 => "-py3-none-any.whl".to_owned(),
            3..5 => format!("-{}.whl", chance.one(WHEELS)),
            5..8 => ".tar.gz".to_owned(),
            _ => chance.one(ARCHIVES).to_owned(),
        };
        let mut filename = format!("{name}-{version}{rest}");
        if chance.percent(30) {
            let what = chance.one(ODD);
            let mut places = vec![
                0,
                filename.len(),
                name.len(),
                name.len() + 1,
                name.len() + 1 + version.len(),
            ];
            places.extend(filename.char_indices().map(|(at, _)| at));
            filename.insert_str(places[chance.below(places.len())], what);
        }
        let version = version.trim().to_owned();
        Named { filename, version }
    }

    /// Another spelling of the project.
    fn name(&self, chance: &mut Chance) -> String {
        match chance.below(9) {
            0 => self.project.to_uppercase(),
            1 => self.project.replace(['-', '.'], "-"),
            2 => self.project.replace(['-', '.'], "."),
            3 => self.project.replace(['-', '.'], "__"),
            4 => self.project.replace(['-', '.'], "-_."),
            5 => self
                .project
                .replace('k', "\u{212a}")
                .replace('s', "\u{17f}"),
            6 => self
                .project
                .replace('i', "\u{130}")
                .replace('k', "\u{212a}"),
            7 => format!("{}_extra", self.project),
            _ => self.project.replace('a', "\u{ff41}"),
        }
    }

    /// Another spelling of the version, or another version.
    fn version(&self, chance: &mut Chance) -> String {
        let normal = self.normal();
        match chance.below(16) {
            0 => format!("v{normal}"),
            1 => format!("{normal}.0"),
            2 => format!("0!{normal}"),
            3 => format!("0{normal}"),
            4 | 5 => format!(
                "{normal}+{}",
                chance.one(&[
                    "evil", "1", "EVIL-1", "ubuntu_1", "\u{212a}", "\u{17f}", "", "a..b", "a b"
                ])
            ),
            6 => normal.replace(
                ".post",
                chance.one(&[
                    "-",
                    "_",
                    "post",
                    ".rev",
                    "-r",
                    ".po\u{17f}t",
                    "POST",
                    ".post_",
                    "_post.",
                    ".post0",
                ]),
            ),
            7 => normal.replace(
                "rc",
                chance.one(&["c", "-rc.", "preview", "RC", "_pre_", "rc0", ".c"]),
            ),
            8 => normal.replace(".dev", chance.one(&["dev", "-dev-", "_DEV", ".dev."])),
            9 => normal.replace('.', chance.one(&["_", "-", "..", "\u{3002}", ". "])),
            10 => normal.replace('+', chance.one(&["_", "-", "%2B", " ", "."])),
            11 => format!(
                "{}{normal}",
                chance.one(&[
                    " ", "\u{a0}", "\u{2003}", "\t", "\u{85}", "V", "v.", "=", "=="
                ])
            ),
            12 => format!(
                "{normal}{}",
                chance.one(&[" ", "\u{a0}", "\u{2003}", "\u{1c}", ".*", "-", "_", ",2"])
            ),
            13 => format!(
                "{normal}{}",
                chance.one(&["-1", "_1", ".post0", "a1", ".dev1", "-r", "c"])
            ),
            14 => normal.replace('1', chance.one(&["\u{ff11}", "\u{661}", "01", "1_", "11"])),
            _ => format!("{normal}.1"),
        }
    }
}
