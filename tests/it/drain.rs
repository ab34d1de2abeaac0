use std::time::Duration;

use saoma::shell::drain::Ended;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::timeout,
};

use crate::support::{Answer, DEADLINE, Door, VIN};

#[tokio::test]
async fn what_is_under_way_is_finished_and_nobody_new_is_let_in() {
    let door = Door::open().await;
    door.shelf.slow(Duration::from_millis(300));
    let mut idle = TcpStream::connect(door.address).await.unwrap();
    let mut busy = TcpStream::connect(door.address).await.unwrap();
    let request = format!("GET /{VIN}.json HTTP/1.1\r\nHost: a\r\n\r\n");
    busy.write_all(request.as_bytes()).await.unwrap();
    tokio::time::sleep(Duration::from_millis(100)).await;
    door.stopper.stop();
    let mut answer = Vec::new();
    timeout(DEADLINE, busy.read_to_end(&mut answer))
        .await
        .unwrap()
        .unwrap();
    let answer = Answer::read(&answer);
    assert_eq!((answer.status, answer.header("connection")), (200, "close"));
    let mut rest = Vec::new();
    let closed = timeout(DEADLINE, idle.read_to_end(&mut rest)).await;
    assert!(closed.is_ok() && rest.is_empty());
    let ended = timeout(DEADLINE, door.ended).await.unwrap().unwrap();
    assert_eq!(ended, Ended::Clean);
    assert!(TcpStream::connect(door.address).await.is_err());
}

#[tokio::test]
async fn what_does_not_finish_in_time_is_cut() {
    let door = Door::open_for(10, Duration::from_millis(100)).await;
    door.shelf.slow(Duration::from_millis(900));
    let mut busy = TcpStream::connect(door.address).await.unwrap();
    let request = format!("GET /{VIN}.json HTTP/1.1\r\nHost: a\r\n\r\n");
    busy.write_all(request.as_bytes()).await.unwrap();
    tokio::time::sleep(Duration::from_millis(100)).await;
    door.stopper.stop();
    let ended = timeout(Duration::from_millis(500), door.ended).await;
    assert_eq!(ended.unwrap().unwrap(), Ended::Cut);
}
