//! The one binary of the venue-code system: `venuecode demo`, `venuecode serve` and the commands
//! around them.

mod backups;
mod commands;
mod config;
mod connections;
mod exports;
mod installation;
mod jobs;
mod outside;
mod run;
mod scheduling;
mod wiring;

use clap::{Parser, Subcommand};
use config::{DataArgs, LoadArgs, LogFormat, ServeArgs};
use std::process::ExitCode;

/// Tens of thousands of scans a second allocate in one thread and free in another: with the system's
/// allocator a scan costs a tenth more, with thousands of connections more than that (decision 0019).
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The venue-code system of a city (场所码).
#[derive(Parser)]
#[command(name = "venuecode", version, max_term_width = 100)]
struct Cli {
    /// How log lines look.
    #[arg(long, global = true, env = "VENUECODE_LOG_FORMAT", value_enum, default_value = "text")]
    log_format: LogFormat,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Starts with an invented city: doors, people, two weeks of visits.
    Demo(commands::demo::DemoArgs),
    /// Starts with what is in the data folder; prints a one-time set-up link at first start.
    Serve(Box<ServeArgs>),
    /// Prints a one-time link for another administrator, when none can sign in any more.
    NewAdministrator(DataArgs),
    /// Takes lists into the registry.
    #[command(subcommand)]
    Import(Import),
    /// Fills a new data folder with a simulated city, and writes tokens to send load at it.
    Simulate(commands::simulate::SimulateArgs),
    /// Sends check-ins to a running server and checks every answer; or verifies what a store kept.
    Load(LoadArgs),
    /// Copies visits and registry to another place; a running server does it by itself.
    Backup(commands::backup::BackupArgs),
    /// Makes a data folder out of a backup, or restores only what is damaged.
    Restore(commands::restore::RestoreArgs),
    /// Reads every byte of the visits, or of a backup, and names what is damaged.
    Verify(commands::verify::VerifyArgs),
    /// Deletes what has been kept long enough, which a running server does by itself; or tells what that
    /// would be.
    Retention(commands::retention::RetentionArgs),
    /// Times looks at health statuses, for a benchmark.
    #[command(hide = true)]
    TimeStatus(commands::time_status::TimeStatusArgs),
    /// Saves what is whole of damaged visits into a new folder.
    Repair(commands::repair::RepairArgs),
}

#[derive(Subcommand)]
enum Import {
    /// A list of doors, CSV or XLSX.
    Checkpoints {
        #[command(flatten)]
        data: DataArgs,
        #[command(flatten)]
        import: commands::import::ImportArgs,
    },
    /// The register of places (名录), CSV or XLSX: what coverage is measured against.
    Places {
        #[command(flatten)]
        data: DataArgs,
        #[command(flatten)]
        import: commands::import::ImportArgs,
        /// The list is whole for each county in it: places of these counties that it does not have are
        /// taken out of the register. Not when rows are bad.
        #[arg(long)]
        whole: bool,
    },
    /// Health statuses (健康码状态), CSV or XLSX, up to a million rows; also while the server runs, which
    /// follows within a second.
    Status {
        #[command(flatten)]
        data: DataArgs,
        #[command(flatten)]
        import: commands::import::ImportArgs,
    },
}

/// Threads for what waits for a disk or computes for long. Each keeps memory of its own, near a
/// megabyte: 512, the runtime's own choice, would keep as much as a city.
const BLOCKING_THREADS_MAX: usize = 64;

fn main() -> ExitCode {
    let cli = Cli::parse();
    wiring::start_log(cli.log_format);
    // Load as well: else every answer would take the processor from the server that sends it.
    if matches!(cli.command, Command::Demo(_) | Command::Load(_) | Command::Serve(_)) {
        scheduling::finish_turns();
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .max_blocking_threads(BLOCKING_THREADS_MAX)
        .build();
    let outcome = match runtime {
        Ok(runtime) => runtime.block_on(run_command(cli.command)),
        Err(error) => Err(error.into()),
    };
    match outcome {
        Ok(code) => code,
        Err(error) => {
            commands::say_error(&error);
            ExitCode::FAILURE
        }
    }
}

/// Imports a list into the registry of a data folder.
async fn take_over(
    data: &DataArgs,
    kind: impl commands::import::Kind,
    args: &commands::import::ImportArgs,
) -> anyhow::Result<ExitCode> {
    let house = wiring::open(data, &wiring::Wiring::quiet()).await?;
    let outcome = commands::import::run(&house, kind, args, &mut std::io::stdout()).await;
    wiring::close(&house).await?;
    Ok(outcome?.into())
}

async fn run_command(command: Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::Demo(args) => commands::demo::run(args).await,
        Command::Serve(args) => commands::serve::run(*args).await,
        Command::NewAdministrator(data) => {
            commands::new_administrator::run(&data, &mut std::io::stdout()).await
        }
        Command::Import(Import::Checkpoints { data, import }) => {
            take_over(&data, commands::import::Checkpoints, &import).await
        }
        Command::Import(Import::Places { data, import, whole }) => {
            take_over(&data, commands::import::Places::new(whole), &import).await
        }
        Command::Import(Import::Status { data, import }) => {
            let house = wiring::open_beside(&data, &wiring::Wiring::quiet()).await?;
            let kind = commands::import::Statuses;
            let outcome =
                commands::import::run(&house, kind, &import, &mut std::io::stdout()).await;
            wiring::close(&house).await?;
            Ok(outcome?.into())
        }
        Command::Simulate(args) => commands::simulate::run(args, &mut std::io::stdout()).await,
        Command::TimeStatus(args) => commands::time_status::run(args, &mut std::io::stdout()).await,
        Command::Load(args) => commands::load::run(args).await,
        Command::Backup(args) => commands::backup::run(args, &mut std::io::stdout()).await,
        Command::Retention(args) => commands::retention::run(args, &mut std::io::stdout()).await,
        // Nothing else goes on in these, so they may block.
        Command::Restore(args) => commands::restore::run(&args, &mut std::io::stdout()),
        Command::Verify(args) => commands::verify::run(&args, &mut std::io::stdout()),
        Command::Repair(args) => commands::repair::run(&args, &mut std::io::stdout()),
    }
}

#[cfg(test)]
mod tests {
    use super::Cli;
    use clap::CommandFactory;

    #[test]
    fn the_help_opens_with_what_the_program_is() {
        let about = Cli::command().get_about().map(ToString::to_string);
        assert_eq!(about.as_deref(), Some("The venue-code system of a city (场所码)"));
        Cli::command().debug_assert();
    }
}
