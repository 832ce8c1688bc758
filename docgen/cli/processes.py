"""Processes that stay: the service, a worker, the demo."""

from pathlib import Path

import click

from docgen.cli.telling import told


@click.command()
def worker() -> None:
    """Render, seal, sweep and ask for receipts until told; SIGTERM finishes what was begun."""
    from docgen import telemetry
    from docgen import worker as process
    from docgen.bootstrap.works import working
    from docgen.settings import Settings

    telemetry.configure()
    with told():
        settings = Settings()
        with working(settings) as workplace:
            process.run(
                workplace.consumer,
                workplace.works.sweep,
                sweep_every=settings.work.sweep_every,
                gather=workplace.works.gather,
                tell=workplace.works.tell,
                poll=workplace.poll,
            )


@click.command()
def sealer() -> None:
    """Hold the seal's key, and seal what the register has as confirmed; SIGTERM ends it."""
    from docgen import sealer as process

    process.conceal()
    from docgen import telemetry
    from docgen.bootstrap.sealing import sealing
    from docgen.settings import Settings

    telemetry.configure()
    with told(), sealing(Settings()) as server:
        process.run(server)


@click.command()
def serve() -> None:
    """Answer HTTP until told to stop; SIGTERM finishes the requests that are begun."""
    from docgen import serve as process
    from docgen.settings import Settings

    with told():
        process.serve(Settings())


@click.command()
def smpp() -> None:
    """Be bound to the message centre until told to stop; SIGTERM finishes what it was given.

    One process for an installation: it is the only one that binds, and sends for all others.
    """
    from docgen import link as process
    from docgen import telemetry
    from docgen.bootstrap.smpp import linking
    from docgen.settings import Settings

    telemetry.configure()
    with told(), linking(Settings()) as link:
        process.run(link)


@click.command("demo")
@click.option("--once", is_flag=True, help="run one visit and stop")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    default=Path("var/demo"),
    show_default=True,
    help="where the sealed PDFs of --once are left",
)
def demo_command(output: Path, *, once: bool) -> None:
    """Run the whole service with everything embedded; with --once, one visit and no service."""
    from docgen import demo
    from docgen.demo import service

    with told():
        if once:
            demo.one_visit(output, tell=click.echo)
        else:
            service.run(demo.choose_demo(), tell=click.echo)
