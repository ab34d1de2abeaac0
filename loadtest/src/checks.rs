//! The check characters of the numbers that have one.
//!
//! None of the three stickers carries a check digit, but the credit code of a party (GB 32100),
//! the organisation code inside it (GB 11714) and an identity card (GB 11643) do, and whoever
//! imports them is right to verify them. So generated ones are computed, not guessed.

/// The 31 characters of a credit code: no I, O, S, V or Z.
const CREDIT: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";
const IDENTITY: &[u8; 11] = b"10X98765432";

/// The ninth character of an organisation code with these first eight.
pub(crate) fn organisation_check(body: [u8; 8]) -> u8 {
    const WEIGHTS: [u32; 8] = [3, 7, 9, 10, 5, 8, 4, 2];
    let sum: u32 = body
        .iter()
        .zip(WEIGHTS)
        .map(|(&byte, weight)| char::from(byte).to_digit(36).unwrap_or(0) * weight)
        .sum();
    match 11 - sum % 11 {
        10 => b'X',
        11 => b'0',
        digit => ascii_digit(digit),
    }
}

/// The credit code of an organisation: department and kind, six digits of division, organisation
/// code with its check character, and the check character of the whole.
pub(crate) fn credit_code(kind: &str, division: &str, organisation: [u8; 8]) -> String {
    let mut code = format!("{kind}{division}{}", String::from_utf8_lossy(&organisation));
    code.push(char::from(organisation_check(organisation)));
    let mut weight = 1;
    let mut sum = 0;
    for byte in code.bytes() {
        let value = CREDIT.iter().position(|&known| known == byte).unwrap_or(0);
        sum += value * weight;
        weight = weight * 3 % 31;
    }
    let check = (31 - sum % 31) % 31;
    code.push(char::from(CREDIT.get(check).copied().unwrap_or(b'0')));
    code
}

/// The eighteenth character of an identity card with these first seventeen digits.
pub(crate) fn identity_check(first: &[u8]) -> u8 {
    // The weights are the powers of two, from the right, modulo 11.
    let sum = first.iter().fold(0, |sum, byte| {
        (sum * 2 + u32::from(byte.wrapping_sub(b'0'))) % 11
    });
    let place = usize::try_from(sum * 2 % 11).unwrap_or(0);
    IDENTITY.get(place).copied().unwrap_or(b'0')
}

/// The digit below ten as a letter.
fn ascii_digit(digit: u32) -> u8 {
    b'0' + u8::try_from(digit % 10).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn organisation_codes_get_the_check_character_that_published_ones_have() {
        for (body, check) in [
            (*b"00248940", b'1'),
            (*b"MB160192", b'4'),
            (*b"M000100Y", b'4'),
            (*b"76392965", b'1'),
            (*b"MA2RJ6WH", b'8'),
        ] {
            assert_eq!(organisation_check(body), check);
        }
    }

    #[test]
    fn credit_codes_get_the_check_character_that_published_ones_have() {
        assert_eq!(
            credit_code("91", "350100", *b"M000100Y"),
            "91350100M000100Y43"
        );
        assert_eq!(
            credit_code("11", "332500", *b"MB160192"),
            "11332500MB1601924J"
        );
    }

    #[test]
    fn identity_cards_get_the_check_character_of_the_standards_example() {
        assert_eq!(identity_check(b"11010519491231002"), b'X');
        assert_eq!(identity_check(b"44052418800101001"), b'4');
    }
}
