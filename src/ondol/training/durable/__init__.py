"""Trainings that survive: what makes one go on, in files that are whole or not there.

* `every.py`: when to save
* `state.py`: everything that a training needs to go on with the same numbers
* `folder.py`: a folder of such states, checksummed; damaged ones are passed over
* `keeper.py`: the callback that saves and restores
"""
