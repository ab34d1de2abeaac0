use super::*;

const EXAMPLE: &str = include_str!("../../../deploy/saoma.toml");

fn from(text: &str, variables: &[(&str, &str)]) -> Result<Settings, StartError> {
    let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    Settings::read(text, variables.iter().map(owned))
}

fn mistakes(text: &str, variables: &[(&str, &str)]) -> Vec<String> {
    match from(text, variables) {
        Err(StartError::Settings(Mistakes(list))) => {
            list.into_iter().map(|mistake| mistake.place).collect()
        }
        other => panic!("no mistake found: {other:?}"),
    }
}

#[test]
fn the_example_file_shows_every_setting_with_its_default() {
    let defaults = from("", &[]).unwrap();
    assert_eq!(from(EXAMPLE, &[]).unwrap(), defaults);
    let example: toml::Table = EXAMPLE.parse().unwrap();
    let mut keys: Vec<&str> = example.keys().map(String::as_str).collect();
    keys.sort_unstable();
    let mut all = [
        "public_url",
        "public",
        "store",
        "core",
        "policy",
        "cache_bytes",
        "pair_key_file",
        "match",
        "max_connections",
        "drain_seconds",
        "contact",
        "admin",
        "guard",
        "log",
        "tls",
        "staff",
        "audit",
    ];
    all.sort_unstable();
    assert_eq!(keys, all);
}

#[test]
fn the_environment_wins_over_the_file() {
    let file = "cache_bytes = 1\n[public]\nlisten = [\"127.0.0.1:1\"]";
    let settings = from(
        file,
        &[
            ("SAOMA_CACHE_BYTES", "2"),
            ("SAOMA_PUBLIC_LISTEN", "127.0.0.1:2, [::1]:3"),
            ("PATH", "/bin"),
        ],
    )
    .unwrap();
    assert_eq!(settings.cache_bytes, 2);
    assert_eq!(
        settings.public.listen,
        ["127.0.0.1:2".parse().unwrap(), "[::1]:3".parse().unwrap()]
    );
}

#[test]
fn every_mistake_is_told_at_once() {
    let file = r#"
        public_url = "www.pzcode.cn"
        cache_bytes = -1
        max_connections = "many"
        contact = "me"
        colour = "red"
        [public]
        listen = ["nowhere"]
        liste = 1
        [log]
        format = "xml"
    "#;
    let mut places = mistakes(file, &[("SAOMA_POLICY", "lax"), ("SAOMA_COLOUR", "red")]);
    places.sort();
    assert_eq!(
        places,
        [
            "SAOMA_COLOUR",
            "SAOMA_POLICY",
            "cache_bytes",
            "colour",
            "contact",
            "log.format",
            "max_connections",
            "public.liste",
            "public.listen",
            "public_url",
        ]
    );
}

#[test]
fn a_file_that_is_no_toml_is_told_by_its_line() {
    assert_eq!(mistakes("policy = \"strict\"\n= 3\n", &[]), ["line 2"]);
}

#[test]
fn a_message_repeats_no_value_of_the_environment() {
    let error = from("", &[("SAOMA_STORE", "redis://:hunter2@host:port")]).unwrap_err();
    assert!(!error.to_string().contains("hunter2"));
}

#[test]
fn variables_that_are_arguments_of_commands_are_no_mistakes() {
    assert!(from("", &[("SAOMA_CONFIG", "x")]).is_ok());
}

#[test]
fn the_secret_of_pairs_is_where_the_commands_that_write_are_told() {
    let named = from("", &[("SAOMA_PAIR_KEY_FILE", "/etc/saoma/pair-key")]).unwrap();
    let file = named.matching.pair_key_file.unwrap();
    assert_eq!(file.to_str(), Some("/etc/saoma/pair-key"));
    assert_eq!(from("", &[]).unwrap().matching.pair_key_file, None);
}

#[test]
fn a_door_behind_tls_needs_a_certificate_and_each_certificate_its_key() {
    let door = "[public]\nlisten_https = [\"127.0.0.1:8443\"]\n";
    assert_eq!(mistakes(door, &[]), ["tls.certificates"]);
    let alone = "[tls]\ncertificates = [\"a\", \"b\"]\nkeys = [\"c\"]\n";
    assert_eq!(mistakes(alone, &[]), ["tls.keys"]);
    let variables = [("SAOMA_TLS_CERTIFICATES", "a,b"), ("SAOMA_TLS_KEYS", "c,d")];
    let settings = from(door, &variables).unwrap();
    assert_eq!(settings.tls.pairs.len(), 2);
    assert_eq!(settings.tls.pairs[1].key.to_str(), Some("d"));
}

#[test]
fn a_proxy_is_a_network_or_an_address() {
    let settings = from(
        "[public]\nproxies = [\"10.0.0.0/8\"]",
        &[("SAOMA_PUBLIC_PROXIES", "192.0.2.0/24, fd00::1")],
    )
    .unwrap();
    for (address, listed) in [
        ("192.0.2.9", true),
        ("::ffff:192.0.2.9", true),
        ("fd00::1", true),
        ("fd00::2", false),
        ("10.0.0.1", false),
    ] {
        assert_eq!(
            settings.public.proxies.list(address.parse().unwrap()),
            listed,
            "{address}"
        );
    }
    assert_eq!(
        mistakes("[public]\nproxies = [\"10.0.0.0/33\"]", &[]),
        ["public.proxies"]
    );
}

#[test]
fn a_hint_that_leads_nowhere_is_a_mistake() {
    let read = |text: &str| Settings::read(text, []);
    let error = read("[staff]\nhint_domain = \"pzcode.cn\"").unwrap_err();
    assert!(error.to_string().contains("staff.hint_domain"), "{error}");
    let url = "public_url = \"https://staff.pzcode.cn\"";
    assert!(read(&format!("[staff]\n{url}\nhint_domain = \"pzcode.cn\"")).is_ok());
    assert!(read(&format!("[staff]\n{url}")).is_ok());
}

#[test]
fn the_audit_log_may_be_copied_to_redis_and_to_nothing_else() {
    let read = |url: &str| {
        let text = format!("[audit]\nstream = \"{url}\"\nstream_max = 5000");
        Settings::read(&text, [])
    };
    assert_eq!(read("").unwrap().audit.stream, None);
    let stream = read("redis://u:qzxwvk@10.0.0.5:6379/3")
        .unwrap()
        .audit
        .stream;
    let stream = stream.unwrap();
    assert_eq!((stream.key.as_str(), stream.max), ("saoma:audit", 5000));
    assert!(!format!("{stream:?}").contains("qzxwvk"));
    for bad in ["embedded:./a", "http://10.0.0.5", "redis://u:qzxwvk@"] {
        let error = read(bad).unwrap_err().to_string();
        assert!(
            error.contains("audit.stream") && !error.contains("qzxwvk"),
            "{error}"
        );
    }
}
