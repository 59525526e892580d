//! Time and chance as the house receives them: handed in, never taken.

use crate::time::UnixMs;

/// Tells the time. Only the binary has one that reads the real clock.
pub trait Clock: Send + Sync + 'static {
    /// The time now.
    fn now(&self) -> UnixMs;
}

/// Gives unpredictable bytes. Only the binary has one that asks the operating system.
pub trait Dice: Send + Sync + 'static {
    /// Fills `bytes` with values nobody can foresee.
    fn fill(&self, bytes: &mut [u8]);

    /// Fills `bytes` with values nobody can foresee, for what is forgotten with the answer it stands in.
    /// Two copies of one machine may both give them, so nothing is sealed or kept by them; they may come
    /// faster for that.
    fn fill_fleeting(&self, bytes: &mut [u8]) {
        self.fill(bytes);
    }
}

/// An array of `N` fresh random bytes.
pub fn roll<const N: usize>(dice: &dyn Dice) -> [u8; N] {
    let mut bytes = [0; N];
    dice.fill(&mut bytes);
    bytes
}
