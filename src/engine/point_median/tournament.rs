//! The least of many changing numbers: a tournament in which the smaller number wins, and of equal ones the first.

/// A number for each of so many players; infinity for those that do not take part.
pub(super) struct Tournament {
    /// Winners, the final first; the players' own places begin at `leaves`.
    winner: Vec<u32>,
    value: Vec<f64>,
    leaves: usize,
}

impl Tournament {
    pub fn new(players: usize) -> Self {
        let leaves = players.next_power_of_two().max(1);
        let mut winner = vec![0; 2 * leaves];
        for (at, slot) in winner[leaves..].iter_mut().enumerate() {
            *slot = u32::try_from(at).unwrap_or(u32::MAX);
        }
        for at in (1..leaves).rev() {
            winner[at] = winner[2 * at];
        }
        Self { winner, value: vec![f64::INFINITY; leaves], leaves }
    }

    /// Changes a player's number.
    pub fn set(&mut self, player: u32, value: f64) {
        self.value[player as usize] = value;
        let mut at = (self.leaves + player as usize) / 2;
        while at > 0 {
            let (left, right) = (self.winner[2 * at], self.winner[2 * at + 1]);
            self.winner[at] = if self.value[right as usize] < self.value[left as usize] { right } else { left };
            at /= 2;
        }
    }

    /// The winner and its number.
    pub fn least(&self) -> (u32, f64) {
        let winner = self.winner[1.min(self.winner.len() - 1)];
        (winner, self.value[winner as usize])
    }
}

#[cfg(test)]
mod tests {
    use super::Tournament;

    #[test]
    fn the_least_number_wins_through_changes() {
        let mut numbers = [5.0, 3.0, 9.0, 3.0, 7.0];
        let mut tournament = Tournament::new(numbers.len());
        assert_eq!(tournament.least().1, f64::INFINITY);
        for (player, &number) in (0_u32..).zip(&numbers) {
            tournament.set(player, number);
        }
        assert_eq!(tournament.least(), (1, 3.0));
        for (player, number) in [(1, 8.0), (3, 10.0), (4, 1.0), (4, 6.0)] {
            numbers[player as usize] = number;
            tournament.set(player, number);
            let least = numbers.iter().copied().fold(f64::INFINITY, f64::min);
            assert_eq!(tournament.least().1, least);
        }
        assert_eq!(Tournament::new(1).least(), (0, f64::INFINITY));
    }
}
