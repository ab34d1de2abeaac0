// What passed and what failed.

export class Tally {
  passed = 0;
  failed = 0;

  /** One check. `faults` lists what is wrong; none is a pass. */
  check(what, faults) {
    if (faults.length === 0) {
      this.passed += 1;
      return;
    }
    this.failed += 1;
    console.log(`FAIL ${what}`);
    for (const fault of faults.slice(0, 8)) console.log(`     ${fault}`);
    if (faults.length > 8) console.log(`     and ${faults.length - 8} more`);
  }
}
