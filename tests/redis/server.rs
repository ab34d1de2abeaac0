use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use saoma::rooms::store::StoreUrl;
use tempfile::TempDir;

/// A server starts in a tenth of this on a busy machine.
const START: Duration = Duration::from_secs(20);

/// In an option: a port that nobody else has.
pub(crate) const FREE: &str = "FREE";

/// A redis-server that ends with this value, also when the test panics.
pub(crate) struct Server {
    child: Child,
    folder: TempDir,
    pub(crate) port: u16,
    pub(crate) options: Vec<String>,
}

impl Server {
    pub(crate) fn start() -> Self {
        Self::with(&[])
    }

    /// One with these options besides. `FREE` is a port that is.
    pub(crate) fn with(options: &[&str]) -> Self {
        let folder = TempDir::new().unwrap();
        let filled = |option: &&str| match *option {
            FREE => free_port().to_string(),
            option => option.to_owned(),
        };
        // A port that is free now may be somebody else's a moment later.
        for _attempt in 0..5 {
            let port = free_port();
            let options: Vec<String> = options.iter().map(filled).collect();
            let mut child = spawn(port, &folder, &options);
            if answers(port, &mut child) {
                return Self {
                    child,
                    folder,
                    port,
                    options,
                };
            }
            end(&mut child);
        }
        panic!("no redis-server starts; tests/setup installs it");
    }

    /// A sentinel with these lines in its file.
    pub(crate) fn sentinel(lines: &str) -> Self {
        let folder = TempDir::new().unwrap();
        let file = folder.path().join("sentinel.conf");
        for _attempt in 0..5 {
            let port = free_port();
            let head = format!(
                "port {port}\nbind 127.0.0.1\ndir {}\n",
                folder.path().display()
            );
            std::fs::write(&file, head + lines).unwrap();
            let mut child = quiet(Command::new("redis-sentinel").arg(&file));
            if answers(port, &mut child) {
                return Self {
                    child,
                    folder,
                    port,
                    options: Vec::new(),
                };
            }
            end(&mut child);
        }
        panic!("no redis-sentinel starts; tests/setup installs it");
    }

    pub(crate) fn url(&self) -> StoreUrl {
        self.as_user("")
    }

    /// The same for who shows these credentials: `name:password@`.
    pub(crate) fn as_user(&self, who: &str) -> StoreUrl {
        format!("redis://{who}127.0.0.1:{}", self.port)
            .parse()
            .unwrap()
    }

    pub(crate) fn connection(&self) -> redis::Connection {
        connect(self.port).unwrap()
    }

    /// What a command answers.
    pub(crate) fn say<T: redis::FromRedisValue>(&self, words: &[&str]) -> T {
        self.try_say(words).unwrap()
    }

    pub(crate) fn try_say<T: redis::FromRedisValue>(
        &self,
        words: &[&str],
    ) -> redis::RedisResult<T> {
        let (first, rest) = words.split_first().unwrap();
        redis::cmd(first).arg(rest).query(&mut connect(self.port)?)
    }

    pub(crate) fn signal(&self, name: &str) {
        let sent = Command::new("kill")
            .args([format!("-{name}"), self.child.id().to_string()])
            .status();
        assert!(sent.unwrap().success());
    }

    /// Ends it without a word.
    pub(crate) fn kill(&mut self) {
        end(&mut self.child);
    }

    /// Starts it again on the same port, as empty as its folder.
    pub(crate) fn restart(&mut self) {
        self.child = spawn(self.port, &self.folder, &self.options);
        assert!(answers(self.port, &mut self.child));
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        end(&mut self.child);
    }
}

pub(crate) fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

fn spawn(port: u16, folder: &TempDir, options: &[String]) -> Child {
    let mut command = Command::new("redis-server");
    command
        .args(["--port", &port.to_string(), "--bind", "127.0.0.1"])
        .args(["--save", "", "--appendonly", "no"])
        .arg("--dir")
        .arg(folder.path())
        .args(options);
    quiet(&mut command)
}

fn quiet(command: &mut Command) -> Child {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap_or_else(|error| panic!("redis-server: {error}; tests/setup installs it"))
}

fn answers(port: u16, child: &mut Child) -> bool {
    let started = Instant::now();
    while started.elapsed() < START {
        if child.try_wait().unwrap().is_some() {
            return false;
        }
        let answer = connect(port)
            .and_then(|mut connection| redis::cmd("PING").query::<redis::Value>(&mut connection));
        match answer {
            Ok(_) => return true,
            // It is there, and wants to know who we are.
            Err(error) if error.code() == Some("NOAUTH") => return true,
            Err(_) => sleep(Duration::from_millis(10)),
        }
    }
    false
}

fn connect(port: u16) -> redis::RedisResult<redis::Connection> {
    let client = redis::Client::open(("127.0.0.1", port))?;
    let connection = client.get_connection_with_timeout(Duration::from_secs(5))?;
    connection.set_read_timeout(Some(Duration::from_secs(10)))?;
    Ok(connection)
}

pub(crate) fn end(child: &mut Child) {
    // It may have ended by itself; either way it is waited for.
    drop(child.kill());
    drop(child.wait());
}
