//! `resample-job JOB THREADS FILE Z Y X REPS [--reuse] [--save FILE]`: one job, timed, to be compared with anything.
//!
//! Reads a raw little-endian file in C order, runs the job REPS times on THREADS threads, and prints `wall cpu` in seconds
//! for each repetition on a line of its own. Each run makes a result of its own and drops it before the next; `--reuse`
//! runs into one buffer. Before the first timed run one voxel in a thousand is checked against the definition, and the
//! result is saved if a file is named.
//!
//! The job `memcpy` copies the file's bytes into a buffer that has been written before. The job `arithmetic` multiplies and adds
//! on THREADS threads, the same on each, without touching memory: what two threads can be ahead of one on this machine at best is
//! twice its time on one over its time on two.

use std::error::Error;
use std::hint::black_box;
use std::io::Write;
use std::process::ExitCode;
use std::time::Instant;

use array_core::ndarray::{Array3, Ix3};
use array_core::{Block, Element};
use benches::{Job, Number, oracle, with_input};

type Result<T = (), E = Box<dyn Error + Send + Sync>> = std::result::Result<T, E>;

const USAGE: &str = "resample-job JOB THREADS FILE Z Y X REPS [--reuse] [--save FILE]";

struct Arguments {
    threads: usize,
    file: String,
    shape: [usize; 3],
    repetitions: usize,
    reuse: bool,
    save: Option<String>,
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let Some((id, rest)) = words.split_first() else { return Err(usage().into()) };
    let arguments = parse(rest)?;
    if id == "memcpy" {
        return copy(std::fs::read(&arguments.file)?, &arguments);
    }
    if id == "arithmetic" {
        return arithmetic(&arguments);
    }
    let job = Job::named(id).ok_or_else(usage)?;
    let bytes = std::fs::read(&arguments.file)?;
    with_input!(job.input, T => measure::<T>(job, bytes, &arguments))
}

fn usage() -> String {
    let ids: Vec<&str> = benches::JOBS.iter().map(|job| job.id).collect();
    format!("{USAGE}\njobs: memcpy arithmetic {}", ids.join(" "))
}

fn parse(words: &[String]) -> Result<Arguments> {
    let (words, save) = match words {
        [words @ .., option, file] if option == "--save" => (words, Some(file.clone())),
        words => (words, None),
    };
    let (words, reuse) = match words {
        [words @ .., last] if last == "--reuse" => (words, true),
        words => (words, false),
    };
    let [threads, file, z, y, x, repetitions] = words else { return Err(usage().into()) };
    let shape = [z.parse()?, y.parse()?, x.parse()?];
    Ok(Arguments {
        threads: threads.parse()?,
        file: file.clone(),
        shape,
        repetitions: repetitions.parse()?,
        reuse,
        save,
    })
}

fn copy(bytes: Vec<u8>, arguments: &Arguments) -> Result {
    let source = volume::<u8>(&bytes, [1, 1, bytes.len()])?;
    drop(bytes);
    let mut buffer = source.clone();
    repeat(arguments.repetitions, || {
        black_box(&mut buffer).assign(black_box(&source));
        Ok(())
    })
}

fn arithmetic(arguments: &Arguments) -> Result {
    let work = || {
        let mut lanes = black_box([1.0_f32; 64]);
        for _ in 0..1 << 20 {
            for lane in &mut lanes {
                *lane = *lane * 0.999 + 0.001;
            }
        }
        black_box(lanes);
    };
    repeat(arguments.repetitions, || {
        std::thread::scope(|scope| (0..arguments.threads).for_each(|_| drop(scope.spawn(work))));
        Ok(())
    })
}

fn measure<T: Element + Into<Number>>(job: &Job, bytes: Vec<u8>, arguments: &Arguments) -> Result {
    let source = volume::<T>(&bytes, arguments.shape)?;
    drop(bytes);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(arguments.threads).build()?;
    pool.install(|| {
        let mut buffer = job.run(&source)?;
        check(job, &source, &buffer)?;
        if let Some(path) = &arguments.save {
            save(path, &buffer)?;
        }
        if arguments.reuse {
            return repeat(arguments.repetitions, || Ok(job.run_into(black_box(&source), &mut buffer)?));
        }
        drop(buffer);
        repeat(arguments.repetitions, || {
            black_box(job.run(black_box(&source))?);
            Ok(())
        })
    })
}

/// The voxels of a file, in memory as a source allocates it.
fn volume<T: Element>(bytes: &[u8], shape: [usize; 3]) -> Result<Array3<T>> {
    let size = T::DTYPE.size();
    let expected = shape.iter().product::<usize>() * size;
    if bytes.len() != expected {
        return Err(
            format!("the file has {} bytes; {shape:?} voxels of {} have {expected}", bytes.len(), T::DTYPE).into()
        );
    }
    let mut voxels = Block::zeros(T::DTYPE, &shape)?.into_array::<T>()?.into_dimensionality::<Ix3>()?;
    for (voxel, bytes) in voxels.iter_mut().zip(bytes.chunks_exact(size)) {
        *voxel = T::from_le(bytes).ok_or("no value of this type")?;
    }
    Ok(voxels)
}

fn check<T: Element + Into<Number>>(job: &Job, source: &Array3<T>, result: &Array3<T>) -> Result {
    let wrong = result.indexed_iter().step_by(997).find_map(|((z, y, x), &found)| {
        let (expected, tolerance) = oracle::voxel(job, source, [z, y, x]);
        (!expected.agrees(found.into(), tolerance)).then(|| format!("voxel {z} {y} {x} is {found}, not {expected:?}"))
    });
    wrong.map_or(Ok(()), |message| Err(message.into()))
}

fn save<T: Element>(path: &str, result: &Array3<T>) -> Result {
    let mut bytes = Vec::with_capacity(result.len() * T::DTYPE.size());
    result.iter().for_each(|value| value.put_le(&mut bytes));
    Ok(std::fs::write(path, bytes)?)
}

/// Prints wall and CPU time of every run.
fn repeat(repetitions: usize, mut run: impl FnMut() -> Result) -> Result {
    let mut out = std::io::stdout().lock();
    for _ in 0..repetitions {
        let (wall, cpu) = (Instant::now(), cpu_seconds());
        run()?;
        let (wall, cpu) = (wall.elapsed().as_secs_f64(), cpu_seconds() - cpu);
        writeln!(out, "{wall:.6} {cpu:.6}")?;
    }
    Ok(())
}

/// What all threads of this process have used.
fn cpu_seconds() -> f64 {
    let used = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    used.tv_sec as f64 + used.tv_nsec as f64 * 1e-9
}
